import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { GATEWAY_VERSION, type Config } from '../config/index.js';
import { Sessions } from '../connections/index.js';
import { DrainState } from '../edge/index.js';
import type { Logger } from '../logging/index.js';
import { Metrics, PAYMENT_OUTCOMES, type PaymentFigures, type PaymentOutcome } from '../metrics/index.js';
import { Pulse } from '../presence/index.js';
import { Store, StoreUnavailable } from '../redis/index.js';
import { HintLine } from '../relay/index.js';
import { LoopDelay } from './loop-delay.js';
import { HISTORY_MS, instanceKeys, STEP_MS, type InstanceCard, type StoredSample } from './records.js';

const CARD_INTERVAL_MS = 2_000;
/** A card that was not renewed for so long is thrown away: somebody who looks for a dead instance has seen it by then. */
const CARD_KEPT_MS = 600_000;

/**
 * Tells the others how this instance is. Whoever asks for the health of all reads what they have told, so that nobody needs
 * to reach the others. While the store is away nothing is told, and nothing else suffers.
 */
@Injectable()
export class Reporter implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly keys: { cards: string; samples: string };
  private readonly startedAt: number;
  private readonly delay = new LoopDelay();
  private loopDelayMs = 0;
  private told: PaymentFigures | undefined;
  private cardTimer: NodeJS.Timeout | undefined;
  private sampleTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: Store,
    private readonly sessions: Sessions,
    private readonly pulse: Pulse,
    private readonly hints: HintLine,
    private readonly drain: DrainState,
    private readonly metrics: Metrics,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {
    this.keys = instanceKeys(config.redisKeyPrefix);
    this.startedAt = this.now();
    drain.onBegin(() => void this.quietly(() => this.writeCard()));
  }

  onApplicationBootstrap(): void {
    this.delay.start();
    void this.quietly(() => this.writeCard());
    this.cardTimer = setInterval(() => void this.quietly(() => this.writeCard()), CARD_INTERVAL_MS);
    this.awaitSlot();
  }

  async onApplicationShutdown(): Promise<void> {
    this.delay.stop();
    clearInterval(this.cardTimer);
    clearTimeout(this.sampleTimer);
    await this.quietly(() => this.store.ask((redis) => redis.hdel(this.keys.cards, this.config.instanceId)));
  }

  /** The samples of all instances end at the same moments, so that they can be added up. */
  private awaitSlot(): void {
    const left = STEP_MS - (this.now() % STEP_MS);
    // A timer that came a little early must not take the same moment for its next one.
    const delay = left < STEP_MS / 2 ? left + STEP_MS : left;
    this.sampleTimer = setTimeout(() => {
      this.awaitSlot();
      void this.quietly(() => this.writeSample());
    }, delay);
  }

  private async writeCard(): Promise<void> {
    const { instanceId: id } = this.config;
    const card: InstanceCard = {
      id,
      version: GATEWAY_VERSION,
      startedAt: this.startedAt,
      seenAt: this.now(),
      isDraining: this.drain.isDraining,
      ...this.load(),
      sweepAgeMs: this.pulse.ageMs,
      rssBytes: process.memoryUsage.rss(),
    };
    await this.store.ask((redis) => redis.hset(this.keys.cards, id, JSON.stringify(card)));
  }

  /** What could not be stored is missing: a gap in a chart is the truth about a store that was away. */
  private async writeSample(): Promise<void> {
    this.loopDelayMs = this.delay.take();
    this.metrics.eventLoopLag.of({}).set(this.loopDelayMs / 1000);
    const now = this.now();
    const before = this.told;
    const figures = this.metrics.paymentFigures();
    this.told = figures;
    const sample: StoredSample = {
      incarnation: this.config.incarnation,
      slot: Math.round(now / STEP_MS) - 1,
      ...difference(figures, before),
      ...this.load(),
    };
    const oldest = String(now - HISTORY_MS);
    const text = JSON.stringify(sample);
    await this.store.ask((redis) => redis.xadd(this.keys.samples, 'MINID', '~', oldest, '*', 'sample', text));
    await this.removeOldCards(now);
  }

  private async removeOldCards(now: number): Promise<void> {
    const cards = await this.store.ask((redis) => redis.hgetall(this.keys.cards));
    const old = Object.entries(cards)
      .filter(([, text]) => now - (JSON.parse(text) as InstanceCard).seenAt > CARD_KEPT_MS)
      .map(([id]) => id);
    if (old.length > 0) {
      await this.store.ask((redis) => redis.hdel(this.keys.cards, ...old));
    }
  }

  private load() {
    return {
      tills: this.sessions.sizeOf('desktop'),
      terminals: this.sessions.sizeOf('terminal'),
      probeAgeMs: this.hints.probeAgeMs,
      loopDelayMs: this.loopDelayMs,
    };
  }

  private now(): number {
    return Math.round(this.pulse.storeTime(Date.now()));
  }

  private async quietly(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) {
        this.logger.error({ err: error }, 'the state of this instance could not be told');
      }
    }
  }
}

/** What was counted since an earlier count. */
function difference(
  { outcomes, latencies }: PaymentFigures,
  before: PaymentFigures | undefined,
): Pick<StoredSample, 'outcomes' | 'latencies'> {
  const ended = (outcome: PaymentOutcome) => outcomes[outcome] - (before?.outcomes[outcome] ?? 0);
  const changed = latencies
    .map((count, bucket) => [bucket, count - (before?.latencies[bucket] ?? 0)] as const)
    .filter(([, count]) => count > 0);
  return {
    outcomes: Object.fromEntries(PAYMENT_OUTCOMES.map((outcome) => [outcome, ended(outcome)])) as Record<
      PaymentOutcome,
      number
    >,
    latencies: Object.fromEntries(changed),
  };
}
