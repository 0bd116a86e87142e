import { memberOf } from '../../src/presence/index.js';
import { partitionOf } from '../../src/redis/index.js';
import { escapeId, recordKey } from '../../src/relay/index.js';
import { GROUP } from './endpoints.js';
import type { TestStore } from './test-store.js';

/** What the store says about payments, read behind the back of the code that writes it. */
export class PaymentRecords {
  constructor(protected readonly test: TestStore) {}

  record(transactionId: string): Promise<Record<string, string>> {
    return this.test.redis.hgetall(recordKey(this.test.keys, GROUP, transactionId));
  }

  /** Message id → frame. */
  async mailbox(keyId: string): Promise<Record<string, string>> {
    const stored = await this.test.redis.hgetall(this.test.keys.mailbox(GROUP, keyId));
    return Object.fromEntries(
      Object.entries(stored).map(([id, text]) => [id, text.slice(text.indexOf(' ') + 1)]),
    );
  }

  /** Of the deposit of a message that lies in a mailbox. */
  async stamp(keyId: string, id: string): Promise<string | undefined> {
    const stored = await this.test.redis.hget(this.test.keys.mailbox(GROUP, keyId), id);
    return stored?.slice(0, stored.indexOf(' '));
  }

  /** Key ids that the sweep of mail would find some day. */
  withMail(): Promise<string[]> {
    return this.idsIn('mail');
  }

  /** Key ids of terminals whose drop nobody has seen to yet. */
  lost(): Promise<string[]> {
    return this.idsIn('lost');
  }

  /** The transaction that locks a terminal. */
  async lock(keyId: string): Promise<string | undefined> {
    const member = await this.test.redis.hget(this.test.keys.endpoint(GROUP, keyId), 'tx');
    return member === null ? undefined : member.slice(member.indexOf('\n') + 1);
  }

  /** The deadline of a transaction, ms; undefined if it has none. */
  async deadline(transactionId: string): Promise<number | undefined> {
    const score = await this.test.redis.zscore(this.name('due'), dueMember(transactionId));
    return score === null ? undefined : Number(score);
  }

  /** Lets the deadline of a transaction pass. @returns whether it had one */
  async passDeadline(transactionId: string): Promise<boolean> {
    return (await this.test.redis.zadd(this.name('due'), 'XX', 'CH', 1, dueMember(transactionId))) === 1;
  }

  /** Approvals of a terminal that fit no payment: transaction id → response. */
  unmatched(keyId: string): Promise<Record<string, string>> {
    return this.test.redis.hgetall(this.name(`unmatched:${keyId}`));
  }

  /** Events that wait for their webhooks: `transaction kind` → when they are due, ms. */
  async events(): Promise<Record<string, number>> {
    const flat = await this.test.redis.zrange(this.name('outbox'), 0, '-1', 'WITHSCORES');
    const pairs = flat.flatMap((text, i) => (i % 2 === 0 ? [[text, flat[i + 1]!] as const] : []));
    return Object.fromEntries(
      pairs.map(([member, due]) => [member.split('\n').slice(1).join(' '), Number(due)]),
    );
  }

  protected name(part: string): string {
    return this.test.keys.of(partitionOf(GROUP), part);
  }

  private async idsIn(set: string): Promise<string[]> {
    const members = await this.test.redis.zrange(this.name(set), 0, '-1');
    return members.map((member) => member.slice(member.indexOf('\n') + 1)).sort();
  }
}

function dueMember(transactionId: string): string {
  return memberOf(GROUP, escapeId(transactionId));
}
