import { expect } from 'vitest';
import type { Presence } from '../../src/presence/index.js';
import { GatewayError } from '../../src/protocol/index.js';
import { contentOf, type Dump } from '../support/dump.js';
import { connect, device, till } from '../support/endpoints.js';
import { PaymentDesk } from '../support/payment-desk.js';
import type { Present } from '../support/payment-shop.js';
import type { TestStore } from '../support/test-store.js';
import { TransactionModel, type FinalAnswer } from './transaction-model.js';
import { IDS, oneOf, TERMINALS, TILLS, type TransactionStep } from './transaction-steps.js';

/** The scripts on one side, the model on the other. */
export class TransactionWorld {
  private readonly connections = new Map<string, Present[]>();
  private readonly online = new Set<string>();
  private readonly model = new TransactionModel((keyId) => this.online.has(keyId));
  /** Tokens that were granted a payment. */
  private readonly granted = new Map<string, Set<string>>();
  /** Records as they were after the latest step. */
  private latest = new Map<string, Record<string, string>>();
  private ranScript = false;

  private constructor(
    private readonly test: TestStore,
    private readonly presence: Presence,
    private readonly desk: PaymentDesk,
  ) {}

  static async create(test: TestStore): Promise<TransactionWorld> {
    const world = new TransactionWorld(test, test.presence(), new PaymentDesk(test));
    for (const keyId of TERMINALS) await world.desk.knows(principalOf(keyId));
    for (const keyId of [...TILLS, ...TERMINALS]) await world.connect(keyId);
    return world;
  }

  async take(step: TransactionStep): Promise<void> {
    this.ranScript = true;
    switch (step.do) {
      case 'pay':
        return this.pay(step);
      case 'claim':
        return this.claim(this.open(step.pick), step.age, step.attempt);
      case 'answer':
        return this.answer(step.right, this.open(step.pick), step.status);
      case 'receipt':
        return this.receipt(step.endpoint, step.age, step.pick);
      case 'deadline':
        return this.deadline(this.open(step.pick), step.due);
      case 'drop':
        return this.drop(step.endpoint);
      case 'connect':
        return this.connect(step.endpoint);
    }
  }

  /** The latest script once more: nothing may change but the moment at which a stored result was brought. */
  async repeat(): Promise<void> {
    if (!this.ranScript) return;
    const { before, after } = await this.test.repeatLatest();
    expect(withoutMailTimes(after)).toEqual(withoutMailTimes(before));
  }

  private async pay(step: Extract<TransactionStep, { do: 'pay' }>): Promise<void> {
    const { pos, id, terminal, amount } = step;
    const caller = this.connectionOf(pos, step.age);
    const outcome = await this.desk
      .pay(caller, deviceIdOf(terminal), id, { amount })
      .catch((error: unknown) => (error instanceof GatewayError ? error.kind : error));
    if (!this.owns(caller)) {
      expect(outcome).toMatchObject({ name: 'NotRegistered', displaced: this.online.has(pos) });
    } else {
      expect(outcome).toBe(this.model.pay(pos, id, terminal, amount));
    }
  }

  private async claim(id: string, age: number, attempt: number): Promise<void> {
    const terminal = this.model.transactions.get(id)?.terminal ?? 't1';
    const caller = this.connectionOf(terminal, age);
    const token = `${caller.epoch} ${attempt}`;
    const [outcome] = await this.desk.claim(caller, id, token);
    expect(outcome).toBe(this.model.claim(id, this.owns(caller), token));
    if (outcome === 'claimed') {
      const tokens = this.granted.get(id) ?? new Set();
      this.granted.set(id, tokens.add(token));
      expect(tokens.size, `hand-overs of ${id}`).toBe(1);
    }
  }

  /** @param right whether it is the terminal that the payment is for */
  private async answer(right: boolean, id: string, status: FinalAnswer | 'PENDING'): Promise<void> {
    const asked = this.model.transactions.get(id)?.terminal ?? 't1';
    const terminal = TERMINALS.find((keyId) => (keyId === asked) === right)!;
    // PENDING reads, and runs no script.
    this.ranScript = status !== 'PENDING';
    const outcome = await this.desk
      .answer(this.connectionOf(terminal, 0), id, status)
      .then(() => 'stored')
      .catch((error: unknown) => (error as GatewayError).kind);
    expect(outcome).toBe(this.model.answer(terminal, id, status) ? 'stored' : 'TRANSACTION_NOT_FOUND');
  }

  /** Of what an endpoint may have read: a payment only after somebody has claimed it. Mostly it is in its mailbox. */
  private async receipt(keyId: string, age: number, pick: number): Promise<void> {
    const waiting = [...this.model.mailbox(keyId)]
      .filter((mailId) => !mailId.startsWith('v:'))
      .map((mailId) => mailId.slice(2));
    const id = oneOf(waiting, pick);
    const transaction = this.model.transactions.get(id);
    const kind = TERMINALS.includes(keyId) ? 'p' : 'r';
    const wasWritten = kind === 'r' || (transaction?.terminal === keyId && transaction.delivery !== 'queued');
    if (!wasWritten) return this.nothing();
    const reader = this.connectionOf(keyId, age);
    await this.desk.receipt(reader, kind, id);
    this.model.receipt(keyId, kind, id, reader === this.connectionOf(keyId, 0));
  }

  private async deadline(id: string, due: boolean): Promise<void> {
    // Ends in a script only if there is something to end.
    this.ranScript = due && this.model.transactions.has(id);
    if (due) {
      const had = await this.desk.passDeadline(id);
      expect(had).toBe(this.model.transactions.get(id)?.status === 'PENDING');
      this.model.deadline(id);
    }
    await this.desk.sweep(id);
  }

  private async drop(keyId: string): Promise<void> {
    await this.presence.drop(this.connectionOf(keyId, 0).endpoint);
    this.online.delete(keyId);
  }

  private async connect(keyId: string): Promise<void> {
    const principal = principalOf(keyId);
    const present = { principal, ...(await connect(this.presence, principal)) };
    this.connections.set(keyId, [...(this.connections.get(keyId) ?? []), present]);
    this.online.add(keyId);
    expect(present.hasOpenPayment).toBe(this.model.lock(keyId) !== undefined);
  }

  async compare(): Promise<void> {
    await Promise.all([
      ...IDS.map((id) => this.compareTransaction(id)),
      ...TERMINALS.map(async (keyId) => expect(await this.desk.lock(keyId)).toBe(this.model.lock(keyId))),
    ]);
    await this.compareMail();
  }

  private async compareTransaction(id: string): Promise<void> {
    const record = await this.desk.record(id);
    const known = this.model.transactions.get(id);
    const deadline = await this.desk.deadline(id);
    expect(deadline !== undefined, `whether ${id} has a deadline`).toBe(known?.status === 'PENDING');
    if (!known) {
      expect(record).toEqual({});
      return;
    }
    expect({
      status: record['status'],
      delivery: record['delivery'],
      version: record['version'],
      recipients: record['recipients'],
      claim: record['claim'],
      retrySafe: record['retrySafe'],
    }).toEqual({
      status: known.status,
      delivery: known.delivery,
      version: String(known.version),
      recipients: known.recipients.join('\n'),
      claim: known.token,
      retrySafe: known.retrySafe,
    });
    this.compareWithLatest(id, record);
  }

  /** What is final stays; whatever else a client can see changes only with the version. */
  private compareWithLatest(id: string, record: Record<string, string>): void {
    const before = this.latest.get(id);
    this.latest.set(id, record);
    if (!before) return;
    if (record['version'] === before['version']) expect(seenBy(record)).toEqual(seenBy(before));
    else expect(Number(record['version'])).toBeGreaterThan(Number(before['version']));
    if (before['push']) {
      expect([record['status'], record['push'], record['eventId']]).toEqual([
        before['status'],
        before['push'],
        before['eventId'],
      ]);
    }
  }

  private async compareMail(): Promise<void> {
    for (const keyId of [...TILLS, ...TERMINALS]) {
      const mailbox = await this.desk.mailbox(keyId);
      expect(Object.keys(mailbox).sort(), `mail of ${keyId}`).toEqual([...this.model.mailbox(keyId)].sort());
      for (const [mailId, frame] of Object.entries(mailbox)) {
        if (mailId.startsWith('r:')) expect(frame).toBe(this.latest.get(mailId.slice(2))!['push']);
      }
    }
    // The sweep looks after whoever is connected and has mail, and after nobody else.
    const waiting = [...this.online].filter((keyId) => this.model.mailbox(keyId).size > 0);
    expect(await this.desk.withMail()).toEqual(waiting.sort());
  }

  /** Mostly a transaction that is not final. */
  private open(pick: number): string {
    const open = [...this.model.transactions].filter(([, { status }]) => status === 'PENDING');
    return oneOf(
      open.map(([id]) => id),
      pick,
    );
  }

  private connectionOf(keyId: string, age: number): Present {
    const known = this.connections.get(keyId)!;
    return known.at(-1 - age) ?? known[0]!;
  }

  private owns(connection: Present): boolean {
    const { keyId } = connection.principal;
    return this.online.has(keyId) && this.connectionOf(keyId, 0) === connection;
  }

  private nothing(): void {
    this.ranScript = false;
  }
}

const deviceIdOf = (keyId: string) => `TERM-${keyId}`;

function principalOf(keyId: string) {
  return TERMINALS.includes(keyId) ? device(keyId, deviceIdOf(keyId)) : till(keyId);
}

/** Steps are noted beside the changes that they belong to. */
function seenBy(record: Record<string, string>): Record<string, string> {
  const entries = Object.entries(record).filter(
    ([name]) => name !== 'recipients' && !name.startsWith('step.'),
  );
  return Object.fromEntries(entries);
}

function withoutMailTimes(dump: Dump): Record<string, unknown> {
  const entries = Object.entries(contentOf(dump)).map(([name, content]) => {
    const isMailbox = name.includes(':mailbox:');
    return [name, isMailbox ? JSON.stringify(content).replace(/"\d{16} /g, '"time ') : content];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}
