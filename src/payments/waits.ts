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
  transactionId: string;
  /** Key of the record. */
  record: string;
  waiters: Set<Wait>;
  /** As it was read last. */
  version: string | undefined;
  /** The read under way that no change has outdated yet: all who wait share it. */
  reading: Promise<Record<string, string>> | undefined;
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
    const wait = new Wait(options);
    if (wait.isOver) {
      wait.end();
      return present(await this.ledger.readAll(groupId, transactionId));
    }
    const watched = this.join(groupId, transactionId, wait);
    try {
      await this.watch(watched, '1').catch(unlessAway);
      for (;;) {
        const isOver = wait.isOver;
        const known = await this.read(watched).catch((error: unknown) => {
          if (isOver) throw error;
          return unlessAway(error);
        });
        if (known && (isOver || known['status'] === undefined || options.until(asRecord(known)))) {
          return present(known);
        }
        await wait.next();
      }
    } finally {
      wait.end();
      this.leave(watched, wait);
    }
  }

  private join(groupId: string, transactionId: string, wait: Wait): Watched {
    const record = recordKey(this.keys, groupId, transactionId);
    let watched = this.watched.get(record);
    if (!watched) {
      const waiters = new Set<Wait>();
      watched = { groupId, transactionId, record, waiters, version: undefined, reading: undefined };
      this.watched.set(record, watched);
    }
    watched.waiters.add(wait);
    return watched;
  }

  private leave(watched: Watched, wait: Wait): void {
    watched.waiters.delete(wait);
    if (watched.waiters.size === 0) {
      this.watched.delete(watched.record);
      this.watch(watched, '').catch((error: unknown) => {
        this.logger.debug({ err: error }, 'a finished wait stays noted until its transaction expires');
      });
    }
  }

  private read(watched: Watched): Promise<Record<string, string>> {
    const { groupId, transactionId } = watched;
    const reading = (watched.reading ??= this.ledger
      .readAll(groupId, transactionId)
      .then((record) => {
        watched.version = record['version'];
        return record;
      })
      .finally(() => {
        if (watched.reading === reading) {
          watched.reading = undefined;
        }
      }));
    return reading;
  }

  private async watch({ groupId, record }: Watched, wanted: '1' | ''): Promise<void> {
    const channel = this.keys.channel(partitionOf(groupId), this.config.incarnation);
    await this.ledger.store.run(watch, { record }, { channel, wanted });
  }

  private wake(record: string): void {
    const watched = this.watched.get(record);
    if (watched) {
      watched.reading = undefined;
      watched.waiters.forEach((wait) => wait.wake());
    }
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
          if ((versions[j] ?? undefined) !== watched.version) {
            this.wake(record);
          }
        });
      } catch (error) {
        unlessAway(error);
      }
    }
  }
}

function present(fields: Record<string, string>): TransactionRecord | undefined {
  return fields['status'] === undefined ? undefined : asRecord(fields);
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
