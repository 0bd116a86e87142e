import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../config/index.js';
import type { Logger } from '../logging/index.js';
import { PresenceKeys } from '../presence/index.js';
import { partitionOf, StoreUnavailable } from '../redis/index.js';
import { HintLine, recordKey } from '../relay/index.js';
import { Ledger } from './ledger.js';
import { watch } from './scripts.js';
import type { TransactionRecord } from './transaction.js';
import { Wait, type WaitLimits } from './wait.js';

/** How often the store is asked for what no hint told: a lost hint costs this much, never the result. */
const LOOK_MS = 5_000;
const LOOK_BATCH = 500;

export interface WaitOptions extends WaitLimits {
  /** True for a record that ends the wait. */
  until(record: TransactionRecord): boolean;
}

/** Those of this instance who wait for one transaction. */
interface Watched {
  groupId: string;
  waiters: Set<Wait>;
  version: string | null;
}

/**
 * Waits for changes of transactions, wherever they are made. The record names the instances on which somebody waits; whoever
 * changes it sends each of them a hint, and they read the record.
 */
@Injectable()
export class Waits implements OnApplicationShutdown {
  private readonly watched = new Map<string, Watched>();
  private readonly keys: PresenceKeys;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly ledger: Ledger,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
    hints: HintLine,
  ) {
    this.keys = new PresenceKeys(config.redisKeyPrefix);
    hints.on('changed', ([, record]) => this.wake(record!));
    this.timer = setInterval(() => void this.look(), LOOK_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** How many wait here. */
  get size(): number {
    return [...this.watched.values()].reduce((sum, { waiters }) => sum + waiters.size, 0);
  }

  /** Ends every wait now, with what is known: this instance is on its way out. */
  endAll(): void {
    for (const { waiters } of this.watched.values()) {
      waiters.forEach((wait) => wait.stop());
    }
  }

  /**
   * @returns the record as soon as it is `until`; as it is when the time is over or the caller has gone; undefined if there
   *   is no such transaction
   * @throws StoreUnavailable if the store is away when the wait is over
   */
  async for(
    groupId: string,
    transactionId: string,
    options: WaitOptions,
  ): Promise<TransactionRecord | undefined> {
    const record = recordKey(this.keys, groupId, transactionId);
    const wait = new Wait(options);
    this.join(groupId, record, wait);
    try {
      await this.watch(groupId, record, '1').catch(unlessAway);
      for (;;) {
        const isOver = wait.isOver;
        const known = await this.ledger.readAll(groupId, transactionId).catch((error: unknown) => {
          if (isOver) throw error;
          return unlessAway(error);
        });
        if (isOver || (known && (known['status'] === undefined || options.until(asRecord(known))))) {
          return known?.['status'] === undefined ? undefined : asRecord(known);
        }
        await wait.next();
      }
    } finally {
      wait.end();
      this.leave(record, wait);
    }
  }

  private join(groupId: string, record: string, wait: Wait): void {
    const watched = this.watched.get(record) ?? { groupId, waiters: new Set(), version: null };
    watched.waiters.add(wait);
    this.watched.set(record, watched);
  }

  private leave(record: string, wait: Wait): void {
    const watched = this.watched.get(record)!;
    watched.waiters.delete(wait);
    if (watched.waiters.size === 0) {
      this.watched.delete(record);
      this.watch(watched.groupId, record, '').catch((error: unknown) => {
        this.logger.debug({ err: error }, 'a finished wait stays noted until its transaction expires');
      });
    }
  }

  private async watch(groupId: string, record: string, wanted: '1' | ''): Promise<void> {
    const channel = this.keys.channel(partitionOf(groupId), this.config.incarnation);
    await this.ledger.store.run(watch, { record }, { channel, wanted });
  }

  private wake(record: string): void {
    this.watched.get(record)?.waiters.forEach((wait) => wait.wake());
  }

  /** Looks for changes whose hint was lost. */
  private async look(): Promise<void> {
    const all = [...this.watched];
    for (let i = 0; i < all.length; i += LOOK_BATCH) {
      const batch = all.slice(i, i + LOOK_BATCH);
      try {
        const versions = await this.ledger.store.ask((redis) =>
          Promise.all(batch.map(([record]) => redis.hget(record, 'version'))),
        );
        batch.forEach(([record, watched], j) => {
          if (versions[j] !== watched.version) {
            watched.version = versions[j]!;
            this.wake(record);
          }
        });
      } catch (error) {
        unlessAway(error);
      }
    }
  }
}

function asRecord(fields: Record<string, string>): TransactionRecord {
  return fields as unknown as TransactionRecord;
}

/** The store may be back before the wait is over. */
function unlessAway(error: unknown): undefined {
  if (!(error instanceof StoreUnavailable)) {
    throw error;
  }
  return undefined;
}
