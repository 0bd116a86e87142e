import { Connection } from '../wire/connection.js';
import type { Frame } from '../wire/frame.js';
import type { Journal } from './journal.js';
import type { Random } from './random.js';

export interface LineOptions {
  name: string;
  /** Of the instances; each connection goes to the next. */
  urls: readonly string[];
  key: string;
  random: Random;
  journal: Journal;
}

const FIRST_DELAY_MS = 100;
const LAST_DELAY_MS = 3_000;
/** After these the contract says not to reconnect. */
const FINAL_CODES = new Set([4001, 4003]);

/** A device that connects again with jittered back-off whenever its connection ends. */
export abstract class Line {
  readonly name: string;
  readonly journal: Journal;
  connections = 0;
  /** Why it is not connected any more and will not try; undefined while all is well. */
  ended: string | undefined;
  protected readonly random: Random;
  private connection: Connection | undefined;
  private attempts: number;
  private failures = 0;
  private awayUntil = 0;
  private redial: NodeJS.Timeout | undefined;
  private stopped = false;
  private readonly whenOpen = new Set<() => void>();

  constructor(private readonly options: LineOptions) {
    this.name = options.name;
    this.journal = options.journal;
    this.random = options.random;
    this.attempts = this.random.int(0, options.urls.length - 1);
    void this.dial();
  }

  get isOpen(): boolean {
    return this.connection?.isOpen ?? false;
  }

  /** Resolves when it is connected, at once if it is. */
  untilOpen(): Promise<void> {
    return this.isOpen ? Promise.resolve() : new Promise((resolve) => this.whenOpen.add(resolve));
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.redial);
    this.connection?.drop();
  }

  /** The connection ends without a word, and comes back after so long. */
  protected cut(awayMs = 0): void {
    this.awayUntil = Date.now() + awayMs;
    this.connection?.drop();
  }

  /** Reads and answers nothing for so long, then the connection ends. */
  protected hang(ms: number): void {
    const { connection } = this;
    connection?.freeze();
    setTimeout(() => connection?.drop(), ms).unref();
  }

  /** @returns false if there is no connection: what was to be said must be said on the next one */
  protected send(frame: object | string): boolean {
    if (!this.isOpen) return false;
    this.connection!.send(frame);
    return true;
  }

  protected abstract onOpen(): void;
  protected abstract onFrame(frame: Frame): void;

  private async dial(): Promise<void> {
    const { urls, key } = this.options;
    const url = urls[this.attempts++ % urls.length]!;
    try {
      const connection = await Connection.open({ url, key });
      if (this.stopped) return connection.drop();
      this.take(connection);
    } catch {
      this.dialAgain();
    }
  }

  private take(connection: Connection): void {
    this.connection = connection;
    this.connections++;
    this.failures = 0;
    this.journal.add({ what: 'connected' });
    const hear = (frame: Frame) => connection === this.connection && connection.isOpen && this.onFrame(frame);
    connection.onFrame = hear;
    void connection.closed.then(({ code }) => {
      this.journal.add({ what: 'disconnected', code: String(code) });
      if (FINAL_CODES.has(code)) {
        this.ended = `closed with ${code}: another connection of this key, or it was disabled`;
      } else this.dialAgain();
    });
    this.onOpen();
    // What the gateway says at once comes in one piece with its answer to the upgrade, before anybody could listen.
    [...connection.frames].forEach(hear);
    for (const resolve of this.whenOpen) resolve();
    this.whenOpen.clear();
  }

  private dialAgain(): void {
    if (this.stopped) return;
    const limit = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.failures++);
    const pause = Math.max(this.random.int(FIRST_DELAY_MS / 2, limit), this.awayUntil - Date.now());
    this.redial = setTimeout(() => void this.dial(), pause);
  }
}
