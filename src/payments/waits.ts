import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../config/index.js';
import type { Logger } from '../logging/index.js';
import { PresenceKeys } from '../presence/index.js';
import { partitionOf, StoreUnavailable } from '../redis/index.js';
import { HintLine, recordKey } from '../relay/index.js';
import { Ledger } from './ledger.js';
import { watch } from './scripts.js';
import type { TransactionRecord } from './transaction.js';
import { PromisedWait, type Wait, type WaitOptions } from './wait.js';

/** How often the store is asked for what no hint told: a lost hint costs this much, never the result. */
const LOOK_MS = 5_000;
const LOOK_BATCH = 500;

/** Those of this instance who wait for one transaction. */
export interface Watched {
  groupId: string;
  transactionId: string;
  /** Key of the record. */
  record: string;
  waits: Set<Wait>;
  /** Who gets to see the next record even if it is no other than the last one. */
  due: Wait[];
  /** As it was read last. */
  version: string | undefined;
  /** The record is being read; all who wait share it. */
  isReading: boolean;
  /** The read under way may have come too early for somebody. */
  isStale: boolean;
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
  private isEnding = false;

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

  /** Ends every wait now, with what is known, and further ones at once: this instance is on its way out. */
  endAll(): void {
    this.isEnding = true;
    for (const { waits } of this.watched.values()) {
      waits.forEach(this.end);
    }
  }

  /** The keys with which somebody waits here. */
  keyIds(): Set<string> {
    const ids = new Set<string>();
    for (const wait of this.all()) {
      if (wait.keyId !== undefined) {
        ids.add(wait.keyId);
      }
    }
    return ids;
  }

  /** Fails whatever waits with a key. @param error what its callers are told */
  endOf(keyId: string, error: unknown): void {
    for (const wait of [...this.all()]) {
      if (wait.keyId === keyId) {
        this.fail(wait, error);
      }
    }
  }

  private *all(): Iterable<Wait> {
    for (const { waits } of this.watched.values()) {
      yield* waits;
    }
  }

  /** @param ms how long at the most; 0 = the record as it is */
  begin(groupId: string, transactionId: string, ms: number, wait: Wait): void {
    if (ms <= 0 || this.isEnding) {
      this.ledger.readAll(groupId, transactionId).then(
        (record) => wait.ended(present(record)),
        (error: unknown) => wait.failed(error),
      );
      return;
    }
    const watched = this.join(groupId, transactionId, wait);
    wait.timer = setTimeout(this.end, ms, wait);
    void this.watchAndRead(watched, wait);
  }

  /** The caller has gone. Does nothing if the wait has ended. */
  leave(wait: Wait): void {
    const { watched } = wait;
    if (!watched) {
      return;
    }
    clearTimeout(wait.timer);
    wait.timer = undefined;
    wait.watched = undefined;
    watched.waits.delete(wait);
    if (watched.waits.size === 0) {
      this.watched.delete(watched.record);
      this.watch(watched, '').catch((error: unknown) => {
        this.logger.debug({ err: error }, 'a finished wait stays noted until its transaction expires');
      });
    }
  }

  /**
   * @returns the record as soon as it is `until`; as it is when the time is over; undefined if there is no such transaction
   *   or the caller has gone
   * @throws StoreUnavailable if the store is away when the wait is over
   */
  async for(
    groupId: string,
    transactionId: string,
    options: WaitOptions,
  ): Promise<TransactionRecord | undefined> {
    const { signal, ms } = options;
    if (signal.aborted) {
      return undefined;
    }
    const wait = new PromisedWait(options);
    const onGone = () => {
      this.leave(wait);
      wait.ended(undefined);
    };
    signal.addEventListener('abort', onGone, { once: true });
    this.begin(groupId, transactionId, ms, wait);
    return wait.promise.finally(() => signal.removeEventListener('abort', onGone));
  }

  private join(groupId: string, transactionId: string, wait: Wait): Watched {
    const record = recordKey(this.keys, groupId, transactionId);
    let watched = this.watched.get(record);
    if (!watched) {
      const state = { version: undefined, isReading: false, isStale: false };
      watched = { groupId, transactionId, record, waits: new Set(), due: [], ...state };
      this.watched.set(record, watched);
    }
    wait.watched = watched;
    watched.waits.add(wait);
    return watched;
  }

  /** The instance is noted first: a change after the read finds it. */
  private async watchAndRead(watched: Watched, wait: Wait): Promise<void> {
    try {
      await this.watch(watched, '1').catch(unlessAway);
      watched.due.push(wait);
      await this.read(watched);
    } catch (error) {
      this.fail(wait, error);
    }
  }

  private async watch({ groupId, record }: Watched, wanted: '1' | ''): Promise<void> {
    const channel = this.keys.channel(partitionOf(groupId), this.config.incarnation);
    await this.ledger.store.run(watch, { record }, { channel, wanted });
  }

  /** Its time is over. */
  private readonly end = (wait: Wait): void => {
    const { watched } = wait;
    if (watched) {
      wait.isOver = true;
      watched.due.push(wait);
      void this.read(watched);
    }
  };

  private wake(record: string): void {
    const watched = this.watched.get(record);
    if (watched) {
      void this.read(watched);
    }
  }

  /** Reads the record, and once more if that was asked for meanwhile. Never rejects. */
  private async read(watched: Watched): Promise<void> {
    watched.isStale = true;
    if (watched.isReading) {
      return;
    }
    watched.isReading = true;
    while (watched.isStale && watched.waits.size > 0) {
      watched.isStale = false;
      const { due } = watched;
      watched.due = [];
      try {
        this.show(watched, due, await this.ledger.readAll(watched.groupId, watched.transactionId));
      } catch (error) {
        this.despair(watched, due, error);
      }
    }
    watched.isReading = false;
  }

  /** Lets go whoever has waited enough. A record that all have seen is shown to nobody but who is due. */
  private show(watched: Watched, due: Wait[], fields: Record<string, string>): void {
    const isNew = fields['version'] !== watched.version;
    watched.version = fields['version'];
    const record = present(fields);
    for (const wait of isNew ? watched.waits : due) {
      if (wait.watched && (!record || wait.isOver || wait.isEnough(record))) {
        this.leave(wait);
        wait.ended(record);
      }
    }
  }

  /** The store may be back before a wait is over; then everybody is to see the record. */
  private despair(watched: Watched, due: Wait[], error: unknown): void {
    watched.version = undefined;
    const isAway = error instanceof StoreUnavailable;
    for (const wait of isAway ? due.filter(({ isOver }) => isOver) : watched.waits) {
      this.fail(wait, error);
    }
  }

  private fail(wait: Wait, error: unknown): void {
    if (wait.watched) {
      this.leave(wait);
      wait.failed(error);
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
  return fields['status'] === undefined ? undefined : (fields as unknown as TransactionRecord);
}

/** The store may be back before the wait is over. */
function unlessAway(error: unknown): undefined {
  if (!(error instanceof StoreUnavailable)) {
    throw error;
  }
  return undefined;
}
