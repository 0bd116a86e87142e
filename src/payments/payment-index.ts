import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { fromMember, memberOf, Presence, Pulse } from '../presence/index.js';
import { byPartition, Store } from '../redis/index.js';
import { escapeId, recordKey, unescapeId } from '../relay/index.js';
import { SUMMARY_FIELDS, summaryOf, type PaymentSummary, type SummaryFields } from './payment-summary.js';
import { recent } from './scripts.js';
import type { TransactionRecord } from './transaction.js';

/** Most records in one command: none may hold the store up. */
const BATCH = 200;

/** A payment in the index. */
export interface IndexedPayment {
  /** `group\nescaped transactionId` */
  member: string;
  /** Orders payments by their latest change: its time plus the retention, ms. */
  score: number;
}

/** A payment as its record stands, and the key id of its terminal. */
export interface KnownPayment {
  summary: PaymentSummary;
  terminalKey: string;
}

/**
 * All payments of all groups by their latest change of status, partition by partition.
 *
 * | key | type | content |
 * |---|---|---|
 * | `payments` | zset | `group\ntransaction` → until when it is kept, ms: the time of its latest change plus TRANSACTION_RETENTION_MS |
 *
 * Written by the scripts that change the status, so it can name a payment whose record has expired, never miss one.
 */
@Injectable()
export class PaymentIndex {
  constructor(
    private readonly store: Store,
    private readonly presence: Presence,
    @Inject('CONFIG') private readonly config: Config,
    pulse: Pulse,
  ) {
    pulse.forget('payments');
  }

  /**
   * Payments that changed since a moment of the store's clock, newest first, and that clock.
   * @param limit how many at the most: of more, the oldest are not told
   */
  async changes(
    partition: number,
    since: number,
    limit: number,
  ): Promise<{ now: number; changed: IndexedPayment[] }> {
    const from = since + this.config.transactionRetentionMs;
    const { now, changed } = await this.store.run(recent, this.keys(partition), { from, limit });
    return { now, changed: indexed(changed) };
  }

  /** When an indexed payment changed last, ms. */
  changedAt({ score }: IndexedPayment): number {
    return score - this.config.transactionRetentionMs;
  }

  /** Payments of a partition after a place in its order, newest change first. @param offset how many of them to pass over */
  async before(
    partition: number,
    score: number | '+inf',
    offset: number,
    count: number,
  ): Promise<IndexedPayment[]> {
    const { payments } = this.keys(partition);
    const flat = await this.store.ask((redis) =>
      redis.zrevrangebyscore(payments, score, '-inf', 'WITHSCORES', 'LIMIT', offset, count),
    );
    return indexed(flat);
  }

  /** Payments as their records stand, in their order; undefined where the record is gone. */
  async read(members: readonly string[]): Promise<(KnownPayment | undefined)[]> {
    const found = new Map<string, KnownPayment>();
    for (const ofPartition of byPartition(members, (member) => fromMember(member).groupId).values()) {
      for (let i = 0; i < ofPartition.length; i += BATCH) {
        await this.readBatch(ofPartition.slice(i, i + BATCH), found);
      }
    }
    return members.map((member) => found.get(member));
  }

  /** Which of these groups have a transaction of this id. */
  async groupsWith(transactionId: string, groupIds: readonly string[]): Promise<string[]> {
    const having: string[] = [];
    for (const ofPartition of byPartition(groupIds, (groupId) => groupId).values()) {
      const answers = await this.store.batch((pipeline) =>
        ofPartition.forEach((groupId) =>
          pipeline.exists(recordKey(this.presence.keys, groupId, transactionId)),
        ),
      );
      having.push(...ofPartition.filter((_, i) => answers[i] === 1));
    }
    return having;
  }

  /** The whole record of a payment; undefined if the group has none of this id. */
  async record(groupId: string, transactionId: string): Promise<TransactionRecord | undefined> {
    const key = recordKey(this.presence.keys, groupId, transactionId);
    const record = await this.store.ask((redis) => redis.hgetall(key));
    return record['status'] === undefined ? undefined : (record as unknown as TransactionRecord);
  }

  private async readBatch(members: readonly string[], found: Map<string, KnownPayment>): Promise<void> {
    const names = members.map(paymentOf);
    const rows = await this.store.batch((pipeline) => {
      for (const { groupId, transactionId } of names) {
        pipeline.hmget(recordKey(this.presence.keys, groupId, transactionId), ...SUMMARY_FIELDS);
      }
    });
    names.forEach(({ groupId, transactionId }, i) => {
      const values = rows[i] as (string | null)[];
      const record = Object.fromEntries(
        SUMMARY_FIELDS.map((field, j) => [field, values[j] ?? undefined]),
      ) as unknown as SummaryFields;
      if (record.status !== undefined) {
        found.set(members[i]!, {
          summary: summaryOf(groupId, transactionId, record),
          terminalKey: record.terminalKey,
        });
      }
    });
  }

  private keys(partition: number): { payments: string } {
    return { payments: this.presence.keys.of(partition, 'payments') };
  }
}

export function paymentMember(groupId: string, transactionId: string): string {
  return memberOf(groupId, escapeId(transactionId));
}

/** Which payment an index, or the lock of a terminal, means. */
export function paymentOf(member: string): { groupId: string; transactionId: string } {
  const { groupId, id } = fromMember(member);
  return { groupId, transactionId: unescapeId(id) };
}

function indexed(flat: readonly string[]): IndexedPayment[] {
  const payments: IndexedPayment[] = [];
  for (let i = 0; i < flat.length; i += 2) {
    payments.push({ member: flat[i]!, score: Number(flat[i + 1]) });
  }
  return payments;
}
