import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { Pulse } from '../presence/index.js';
import { Store } from '../redis/index.js';
import { historyOf, type HistorySample } from './history.js';
import { HISTORY_MS, instanceKeys, STEP_MS, type InstanceCard, type StoredSample } from './records.js';

/** Most samples in one answer of the store. */
const BATCH = 500;

/** How all instances are, by what they have told. */
@Injectable()
export class Instances {
  private readonly keys: { cards: string; samples: string };

  constructor(
    private readonly store: Store,
    private readonly pulse: Pulse,
    @Inject('CONFIG') private readonly config: Config,
  ) {
    this.keys = instanceKeys(config.redisKeyPrefix);
  }

  /** The store's clock, ms. */
  now(): number {
    return Math.round(this.pulse.storeTime(Date.now()));
  }

  /** By id. `isAlive`: it has told of itself within the time of a lease. */
  async cards(): Promise<(InstanceCard & { isAlive: boolean })[]> {
    const now = this.now();
    const texts = await this.store.ask((redis) => redis.hvals(this.keys.cards));
    return texts
      .map((text) => JSON.parse(text) as InstanceCard)
      .map((card) => ({ ...card, isAlive: now - card.seenAt <= this.config.instanceLeaseMs }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The last hour, oldest first. Ten seconds in which no instance told anything are missing. */
  async history(): Promise<{ stepMs: number; samples: HistorySample[] }> {
    const samples: StoredSample[] = [];
    let from = String(this.now() - HISTORY_MS);
    for (;;) {
      const page = await this.store.ask((redis) =>
        redis.xrange(this.keys.samples, from, '+', 'COUNT', BATCH),
      );
      samples.push(...page.map(([, [, text]]) => JSON.parse(text!) as StoredSample));
      const last = page.at(-1);
      if (page.length < BATCH || !last) {
        return { stepMs: STEP_MS, samples: historyOf(samples) };
      }
      from = `(${last[0]}`;
    }
  }
}
