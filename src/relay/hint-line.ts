import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import type { Logger } from '../logging/index.js';
import { Presence } from '../presence/index.js';
import { PARTITIONS, Store } from '../redis/index.js';

/** What a hint says first. Further parts follow, separated by line feeds; the last may itself contain line feeds. */
export type HintType = 'mail' | 'displaced' | 'status' | 'progress' | 'changed';

const PARTS: Record<HintType, number> = { mail: 6, displaced: 3, status: 4, progress: 3, changed: 2 };

const CHECK_INTERVAL_MS = 500;
/** A probe goes out at least every 2 s; without an answer for two of them and some slack the line is deaf. */
const DEAF_AFTER_MS = 5_000;
/** Pause before a line that stays deaf is opened anew once more; doubled each time. */
const FIRST_RETRY_MS = 4_000;
const LAST_RETRY_MS = 30_000;

/**
 * The channel on which this instance hears hints from all others. A subscription can look healthy and hear nothing, so
 * the pulse sends probes through the same path; a line that does not hear them is opened anew and reported as deaf.
 */
@Injectable()
export class HintLine {
  private readonly handlers = new Map<string, (parts: string[]) => void>();
  private readonly heardAt = new Array<number>(PARTITIONS).fill(0);
  private readonly partitions = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private reopening = false;
  /** When the client last connected by itself: the probes need some seconds to come round. */
  private openedAt = 0;
  private reopenedAt = 0;
  private retryMs = FIRST_RETRY_MS;

  constructor(
    private readonly store: Store,
    private readonly presence: Presence,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {}

  on(type: HintType, handler: (parts: string[]) => void): void {
    this.handlers.set(type, handler);
  }

  async start(): Promise<void> {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      this.partitions.set(this.presence.keys.channel(partition, this.config.incarnation), partition);
    }
    this.store.subscriber.on('smessage', (channel: string, text: string) => this.hear(channel, text));
    this.store.subscriber.on('ready', () => (this.openedAt = Date.now()));
    await this.subscribe();
    this.heardAt.fill(Date.now());
    this.timer = setInterval(() => void this.check(), CHECK_INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** ms since the channel that was silent longest was heard. */
  get probeAgeMs(): number {
    return Date.now() - Math.min(...this.heardAt);
  }

  get isDeaf(): boolean {
    return this.probeAgeMs > DEAF_AFTER_MS;
  }

  private async subscribe(): Promise<void> {
    await Promise.all(
      [...this.partitions.keys()].map((channel) => this.store.subscriber.ssubscribe(channel)),
    );
  }

  private hear(channel: string, text: string): void {
    const partition = this.partitions.get(channel);
    if (partition === undefined) {
      return;
    }
    this.heardAt[partition] = Date.now();
    const type = text.slice(0, Math.max(0, text.indexOf('\n')));
    const handler = this.handlers.get(type);
    if (handler) {
      handler(splitParts(text, PARTS[type as HintType]));
    }
  }

  /** While the store itself is away, opening the line anew would not help: its own reconnect is at work. */
  private async check(): Promise<void> {
    const now = Date.now();
    if (!this.isDeaf) {
      this.retryMs = FIRST_RETRY_MS;
      return;
    }
    const isYoung = now - Math.max(this.openedAt, this.reopenedAt) < this.retryMs;
    if (this.reopening || isYoung || !this.store.isReady || !this.store.isSubscriberConnected) {
      return;
    }
    this.reopening = true;
    this.logger.warn({ probeAgeMs: this.probeAgeMs }, 'hints do not arrive, opening the line anew');
    this.reopenedAt = now;
    this.retryMs = Math.min(LAST_RETRY_MS, this.retryMs * 2);
    try {
      await this.store.reopenSubscriber();
      await this.subscribe();
    } catch (error) {
      this.logger.warn({ err: error }, 'the line could not be opened, trying again later');
    } finally {
      this.reopening = false;
    }
  }
}

function splitParts(text: string, count: number): string[] {
  const parts: string[] = [];
  let from = 0;
  while (parts.length < count - 1) {
    const end = text.indexOf('\n', from);
    if (end < 0) {
      break;
    }
    parts.push(text.slice(from, end));
    from = end + 1;
  }
  parts.push(text.slice(from));
  return parts;
}
