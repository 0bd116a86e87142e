import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { Presence, memberOf } from '../presence/index.js';
import { defineScript, partitionOf, Store, StoreUnavailable, texts } from '../redis/index.js';
import { DEPOSIT_LUA, RECORD_LUA, recordKey, transactionOf } from './mail.js';

const receipt = defineScript(new URL('./scripts/receipt.lua', import.meta.url), {
  uses: [DEPOSIT_LUA, RECORD_LUA],
  keys: [],
  args: ['instance'],
  reply: texts,
});

/** Proof that a connection has read a message. */
export interface Receipt {
  groupId: string;
  keyId: string;
  epoch: number;
  mailId: string;
  /** Of the deposit that was written, see {@link Mail}. */
  stamp: string;
  /** When the message was written to the socket, ms since the epoch. */
  writtenAt: number;
  /** Called when the store has it. @param shown true for a payment whose stages a desktop wants to see */
  done(shown: boolean): void;
}

/** Most receipts in one script call: it must not hold the store up. */
const LARGEST_BATCH = 50;
const RETRY_MS = 500;
/** How long receipts are collected. Nobody waits for one, and a call for several costs little more than for one. */
const COLLECT_MS = 5;

/**
 * Brings receipts to the store, those of a few milliseconds together, as often as it takes. On Redis Cluster a call can not
 * reach further than one partition.
 */
@Injectable()
export class ReceiptDesk {
  private readonly waiting = new Map<number, Receipt[]>();
  private scheduled = false;

  constructor(
    private readonly store: Store,
    private readonly presence: Presence,
    @Inject('CONFIG') private readonly config: Config,
  ) {}

  add(entry: Receipt): void {
    const batchOf = this.store.isCluster ? partitionOf(entry.groupId) : 0;
    const batch = this.waiting.get(batchOf);
    if (batch) {
      batch.push(entry);
    } else {
      this.waiting.set(batchOf, [entry]);
    }
    if (!this.scheduled) {
      this.scheduled = true;
      setTimeout(() => this.flush(), COLLECT_MS);
    }
  }

  /** For one that somebody waits for. Resolves when the store has it, or could not be asked and will be later. */
  async addNow(entry: Receipt): Promise<void> {
    await this.deliver([entry]);
  }

  private flush(): void {
    this.scheduled = false;
    const batches = [...this.waiting.values()];
    this.waiting.clear();
    for (const entries of batches) {
      for (let i = 0; i < entries.length; i += LARGEST_BATCH) {
        void this.deliver(entries.slice(i, i + LARGEST_BATCH));
      }
    }
  }

  private async deliver(entries: Receipt[]): Promise<void> {
    const { keys } = this.presence;
    try {
      const shown = await this.store.run(
        receipt,
        {},
        { instance: this.config.instanceId },
        {
          keys: entries.flatMap(({ groupId, keyId, mailId }) => [
            keys.of(partitionOf(groupId), 'mail'),
            keys.endpoint(groupId, keyId),
            keys.mailbox(groupId, keyId),
            recordKey(keys, groupId, transactionOf(mailId)),
          ]),
          args: entries.flatMap(({ groupId, keyId, epoch, mailId, stamp, writtenAt }) => [
            memberOf(groupId, keyId),
            epoch,
            mailId,
            stamp,
            writtenAt,
          ]),
        },
      );
      entries.forEach((entry, i) => entry.done(shown.includes(String(i))));
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) {
        throw error;
      }
      // An unstored receipt only means that the message may be delivered once more, so nothing hinges on the pause.
      setTimeout(() => void this.deliver(entries), RETRY_MS).unref();
    }
  }
}
