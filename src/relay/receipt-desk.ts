import { Injectable } from '@nestjs/common';
import { Presence, memberOf } from '../presence/index.js';
import { defineScript, partitionOf, Store, StoreUnavailable } from '../redis/index.js';
import { DEPOSIT_LUA, mailboxKey, recordKey, transactionOf } from './mail.js';

const receipt = defineScript(new URL('./scripts/receipt.lua', import.meta.url), {
  uses: [DEPOSIT_LUA],
  keys: ['mail'],
  args: [],
  reply: Number,
});

/** Proof that a connection has read a message. */
export interface Receipt {
  groupId: string;
  keyId: string;
  epoch: number;
  mailId: string;
  /** Called when the store has it. */
  done(): void;
}

/** Most receipts in one script call: it must not hold the store up. */
const LARGEST_BATCH = 50;
const RETRY_MS = 500;

/** Brings receipts to the store, those of one turn of the event loop together, as often as it takes. */
@Injectable()
export class ReceiptDesk {
  private readonly waiting = new Map<number, Receipt[]>();
  private scheduled = false;

  constructor(
    private readonly store: Store,
    private readonly presence: Presence,
  ) {}

  add(entry: Receipt): void {
    const partition = partitionOf(entry.groupId);
    const batch = this.waiting.get(partition);
    if (batch) {
      batch.push(entry);
    } else {
      this.waiting.set(partition, [entry]);
    }
    if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(() => this.flush());
    }
  }

  private flush(): void {
    this.scheduled = false;
    const batches = [...this.waiting];
    this.waiting.clear();
    for (const [partition, entries] of batches) {
      for (let i = 0; i < entries.length; i += LARGEST_BATCH) {
        void this.deliver(partition, entries.slice(i, i + LARGEST_BATCH));
      }
    }
  }

  private async deliver(partition: number, entries: Receipt[]): Promise<void> {
    const { keys } = this.presence;
    try {
      await this.store.run(
        receipt,
        { mail: keys.of(partition, 'mail') },
        {},
        {
          keys: entries.flatMap(({ groupId, keyId, mailId }) => [
            keys.endpoint(groupId, keyId),
            mailboxKey(keys, groupId, keyId),
            recordKey(keys, groupId, transactionOf(mailId)),
          ]),
          args: entries.flatMap(({ groupId, keyId, epoch, mailId }) => [
            memberOf(groupId, keyId),
            epoch,
            mailId,
          ]),
        },
      );
      entries.forEach((entry) => entry.done());
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) {
        throw error;
      }
      // An unstored receipt only means that the message may be delivered once more, so nothing hinges on the pause.
      setTimeout(() => void this.deliver(partition, entries), RETRY_MS).unref();
    }
  }
}
