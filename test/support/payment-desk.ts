import { KeyStore } from '../../src/keys/index.js';
import {
  Outcomes,
  Payments,
  readPaymentOrder,
  readTerminalAnswer,
  type Caller,
} from '../../src/payments/index.js';
import { claim } from '../../src/payments/scripts.js';
import { memberOf, type DeadlineSet, type Presence, type Pulse } from '../../src/presence/index.js';
import type { Principal } from '../../src/protocol/index.js';
import { partitionOf } from '../../src/redis/index.js';
import { escapeId, mailboxKey, mailId, recordKey, type MailKind } from '../../src/relay/index.js';
import { ReceiptDesk } from '../../src/relay/receipt-desk.js';
import { TerminalResolver } from '../../src/terminals/index.js';
import { GROUP } from './endpoints.js';
import { silentLogger, type TestStore } from './test-store.js';

/** Whose connection something is done for. */
export type Actor = Caller;

/** The life of payments in the store, step by step, without sockets. */
export class PaymentDesk {
  readonly keyStore: KeyStore;
  private readonly presence: Presence;
  private readonly payments: Payments;
  private readonly outcomes: Outcomes;
  private readonly receipts: ReceiptDesk;
  private due: DeadlineSet | undefined;

  constructor(private readonly test: TestStore) {
    const { store, config } = test;
    this.presence = test.presence();
    this.keyStore = new KeyStore(store, config);
    this.payments = new Payments(
      store,
      this.presence,
      new TerminalResolver(this.keyStore, this.presence),
      config,
    );
    // A pulse that beats when the test says so.
    const pulse = { watch: (set: DeadlineSet) => (this.due = set) } as unknown as Pulse;
    this.outcomes = new Outcomes(store, this.presence, config, silentLogger, pulse);
    this.receipts = new ReceiptDesk(store, this.presence);
  }

  /** Makes the device id of a terminal known, as its API key does. */
  async knows({ keyId, groupId, deviceType, deviceId, metadata }: Principal): Promise<void> {
    await this.keyStore.put(
      { id: keyId, groupId, deviceType, deviceId, metadata, disabled: false },
      `key of ${keyId}`,
    );
  }

  /** @param request beside the transaction id */
  pay(caller: Actor, terminalId: string, transactionId: string, request: object = {}): Promise<string> {
    const paymentRequest = {
      transactionId,
      amount: '10.00',
      currency: 'PHP',
      paymentMethod: 'CARD',
      ...request,
    };
    const body = { action: 'payment', terminalId, paymentRequest };
    return this.payments.pay(
      caller,
      readPaymentOrder({ action: 'payment', body, text: JSON.stringify(body) }),
    );
  }

  /** Asks for the right to write a payment to a terminal's socket. */
  claim({ principal, epoch }: Actor, transactionId: string, token: string): Promise<string[]> {
    const { keyId, groupId } = principal;
    const { store, keys, config } = this.test;
    return store.run(
      claim,
      {
        record: recordKey(keys, groupId, transactionId),
        terminal: keys.endpoint(groupId, keyId),
        due: keys.of(partitionOf(groupId), 'due'),
      },
      {
        epoch,
        token,
        paymentTimeoutMs: config.paymentTimeoutMs,
        member: memberOf(groupId, escapeId(transactionId)),
        instance: config.instanceId,
      },
    );
  }

  answer(terminal: Actor, transactionId: string, status: string, response: object = {}): Promise<void> {
    const body = {
      action: 'paymentResponse',
      transactionId,
      paymentResponse: { transactionId, status, ...response },
    };
    const answer = readTerminalAnswer({ action: body.action, body, text: JSON.stringify(body) });
    return this.outcomes.answer(terminal, 'connection', answer);
  }

  /** The receiver has proven to have read a message. Resolves when the store has it. */
  receipt({ principal, epoch }: Actor, kind: MailKind, transactionId: string): Promise<void> {
    const { groupId, keyId } = principal;
    return new Promise((done) =>
      this.receipts.add({ groupId, keyId, epoch, mailId: mailId(kind, transactionId), done }),
    );
  }

  /** What the sweep does with a transaction that it finds due. */
  sweep(transactionId: string): Promise<void> {
    return this.due!.onDue(GROUP, escapeId(transactionId));
  }

  /** Lets the deadline of a transaction pass. @returns whether it had one */
  async passDeadline(transactionId: string): Promise<boolean> {
    const member = memberOf(GROUP, escapeId(transactionId));
    return (await this.test.redis.zadd(this.dueKey, 'XX', 'CH', 1, member)) === 1;
  }

  /** The deadline of a transaction, ms; undefined if it has none. */
  async deadline(transactionId: string): Promise<number | undefined> {
    const score = await this.test.redis.zscore(this.dueKey, memberOf(GROUP, escapeId(transactionId)));
    return score === null ? undefined : Number(score);
  }

  record(transactionId: string): Promise<Record<string, string>> {
    return this.test.redis.hgetall(recordKey(this.test.keys, GROUP, transactionId));
  }

  /** Message id → frame. */
  async mailbox(keyId: string): Promise<Record<string, string>> {
    const stored = await this.test.redis.hgetall(mailboxKey(this.test.keys, GROUP, keyId));
    return Object.fromEntries(
      Object.entries(stored).map(([id, text]) => [id, text.slice(text.indexOf(' ') + 1)]),
    );
  }

  /** Key ids that the sweep of mail would find some day. */
  async withMail(): Promise<string[]> {
    const members = await this.test.redis.zrange(this.test.keys.of(partitionOf(GROUP), 'mail'), 0, '-1');
    return members.map((member) => member.slice(member.indexOf('\n') + 1)).sort();
  }

  /** The transaction that locks a terminal. */
  async lock(keyId: string): Promise<string | undefined> {
    const member = await this.test.redis.hget(this.test.keys.endpoint(GROUP, keyId), 'tx');
    return member === null ? undefined : member.slice(member.indexOf('\n') + 1);
  }

  private get dueKey(): string {
    return this.test.keys.of(partitionOf(GROUP), 'due');
  }
}
