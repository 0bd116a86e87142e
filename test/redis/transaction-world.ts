import { expect } from 'vitest';
import type { Presence } from '../../src/presence/index.js';
import { connect } from '../support/endpoints.js';
import { PaymentDesk } from '../support/payment-desk.js';
import type { Present } from '../support/payment-shop.js';
import type { TestStore } from '../support/test-store.js';
import { compareWithModel } from './transaction-comparison.js';
import { hasDeviceId, outcomeOf, principalOf, withoutMailTimes } from './transaction-helpers.js';
import { TransactionLaws } from './transaction-laws.js';
import { isOpen, mayStillEnd, type ModelTransaction, type Policy } from './transaction-facts.js';
import { TransactionModel } from './transaction-model.js';
import { IDS, oneOf, TERMINALS, TILLS, type TransactionStep } from './transaction-steps.js';

type Step<D extends TransactionStep['do']> = Extract<TransactionStep, { do: D }>;

const REFUSED = 'TRANSACTION_NOT_FOUND';

/** The scripts on one side, the model on the other. */
export class TransactionWorld {
  private readonly connections = new Map<string, Present[]>();
  private readonly online = new Set<string>();
  private readonly model: TransactionModel;
  private readonly laws: TransactionLaws;
  private scriptsBefore = 0;
  /** What the model makes of a script that is run once more, if anything. */
  private repeated: (() => void) | undefined;

  private constructor(
    private readonly test: TestStore,
    private readonly presence: Presence,
    private readonly desk: PaymentDesk,
    policy: Policy,
  ) {
    this.model = new TransactionModel(policy, (keyId) => this.online.has(keyId), hasDeviceId);
    this.laws = new TransactionLaws(policy);
  }

  static async create(test: TestStore): Promise<TransactionWorld> {
    const policy = test.config.lateResultPolicy as Policy;
    const world = new TransactionWorld(test, test.presence(), new PaymentDesk(test), policy);
    for (const keyId of TERMINALS) await world.desk.knows(principalOf(keyId));
    for (const endpoint of [...TILLS, ...TERMINALS]) await world.connect({ endpoint, resumed: false });
    return world;
  }

  async take(step: TransactionStep): Promise<void> {
    this.scriptsBefore = this.test.store.runs;
    this.repeated = undefined;
    // Each step has a method of its name.
    const act = this[step.do] as (step: TransactionStep) => Promise<void>;
    await act.call(this, step);
  }

  /** The latest script once more: nothing may change but the moment at which a message was brought. */
  async repeat(): Promise<void> {
    if (this.test.store.runs === this.scriptsBefore) return;
    const { before, after } = await this.test.repeatLatest();
    if (this.repeated) this.repeated();
    else expect(withoutMailTimes(after)).toEqual(withoutMailTimes(before));
  }

  async compare(): Promise<void> {
    await compareWithModel(this.desk, this.model, this.laws, this.online);
  }

  private async pay({ pos, age, pick, again, terminal, amount }: Step<'pay'>): Promise<void> {
    const fresh = IDS.find((known) => !this.model.transactions.has(known));
    const id = again || !fresh ? this.pick(pick, () => true) : fresh;
    const caller = this.connectionOf(pos, age);
    const terminalId = this.terminalId(terminal);
    // A connection that is gone is no name any more; whether it still is one for a while is the cache's business.
    if (!hasDeviceId(terminal) && !this.online.has(terminal) && this.model.transactions.has(id)) return;
    const outcome = await outcomeOf(this.desk.pay(caller, terminalId, id, { amount }), (kind) => kind);
    if (!this.owns(caller)) {
      expect(outcome).toMatchObject({ name: 'NotRegistered', displaced: this.online.has(pos) });
    } else {
      expect(outcome).toBe(this.model.pay(pos, id, terminal, terminalId, amount));
    }
  }

  private async claim({ pick, age, attempt }: Step<'claim'>): Promise<void> {
    const id = this.pick(pick, (known) => isOpen(known) && known.delivery === 'queued');
    const terminal = this.model.transactions.get(id)?.terminal ?? 't1';
    const caller = this.connectionOf(terminal, age);
    const token = `${caller.epoch} ${attempt}`;
    const held = this.model.transactions.get(id)?.token;
    const [outcome] = await this.desk.claim(caller, id, token);
    expect(outcome).toBe(this.model.claim(id, this.owns(caller), token));
    if (outcome === 'claimed' && held !== token) this.laws.noteHandOver(id, 1);
  }

  private async unclaim({ pick }: Step<'unclaim'>): Promise<void> {
    const id = this.pick(pick, ({ token }) => token !== undefined);
    const known = this.model.transactions.get(id);
    const terminal = known?.terminal ?? 't1';
    const token = (pick % 5 !== 0 && known?.token) || 'none';
    const [outcome] = await this.desk.unclaim(this.connectionOf(terminal, 0), id, token);
    expect(outcome).toBe(this.model.unclaim(id, token));
    if (outcome === 'queued') this.laws.noteHandOver(id, -1);
  }

  private async answer({ pick, age, right, status }: Step<'answer'>): Promise<void> {
    const id = this.pick(pick, mayStillEnd);
    const terminal = this.speaker(id, right, age);
    const outcome = await outcomeOf(this.desk.answer(terminal, id, status), () => 'taken');
    const { keyId } = terminal.principal;
    if (status === 'PENDING') {
      expect(outcome).toBe(this.model.given(keyId, id) ? 'taken' : REFUSED);
      return;
    }
    expect(outcome).toBe(this.model.answer(keyId, id, status) ? 'taken' : REFUSED);
    if (outcome === 'taken') this.laws.noteAnswer(id, status);
  }

  private async unknown({ pick, age, right }: Step<'unknown'>): Promise<void> {
    const id = this.pick(pick, ({ inquiry }) => inquiry);
    const terminal = this.speaker(id, right, age);
    const work = this.desk.tellUnknown(terminal, id);
    const outcome = await outcomeOf(work, () => (this.test.store.latestAnswer as string[])[0]);
    expect(outcome).toBe(this.model.tellUnknown(terminal.principal.keyId, id) ?? REFUSED);
    if (outcome === 'requeued') this.laws.noteNeverArrived(id);
  }

  private async progress({ pick, age, right }: Step<'progress'>): Promise<void> {
    const id = this.pick(pick, isOpen);
    const terminal = this.speaker(id, right, age);
    const tell = () => this.model.tellProgress(terminal.principal.keyId, id);
    const outcome = await outcomeOf(this.desk.tellProgress(terminal, id, 'card'), () => true);
    expect(outcome === true).toBe(tell());
    this.repeated = tell;
  }

  private async cancel({ pick, pos }: Step<'cancel'>): Promise<void> {
    const id = this.pick(pick, isOpen);
    const outcome = await outcomeOf(this.desk.cancel(this.connectionOf(pos, 0), id), (told) => told);
    expect(outcome).toBe(this.model.cancel(pos, id));
  }

  private async answerCancel({ pick, age, right, yes }: Step<'answerCancel'>): Promise<void> {
    const id = this.pick(pick, ({ askers }) => askers.length > 0);
    const terminal = this.speaker(id, right, age);
    const { keyId } = terminal.principal;
    // Two of these are one text only if they come within one millisecond.
    const text = `cancelled ${await this.test.nextMs()}`;
    const work = this.desk.answerCancel(terminal, id, yes ? 'CANCELLED' : 'TOO_LATE');
    const outcome = await outcomeOf(work, () => 'taken');
    const isTaken = yes
      ? this.model.answer(keyId, id, 'CANCELLED', text)
      : this.model.refuseCancel(keyId, id);
    expect(outcome).toBe(isTaken ? 'taken' : REFUSED);
  }

  private async answerVoid({ pick, age, right, yes }: Step<'answerVoid'>): Promise<void> {
    const id = this.pick(pick, ({ voidPending }) => voidPending);
    const terminal = this.speaker(id, right, age);
    const work = this.desk.answerVoid(terminal, id, { status: yes ? 'SUCCESS' : 'FAILED' });
    const outcome = await outcomeOf(work, () => 'taken');
    expect(outcome).toBe(this.model.answerVoid(terminal.principal.keyId, id, yes) ? 'taken' : REFUSED);
  }

  /** Of what an endpoint may have read: a payment only after somebody has claimed it. */
  private async receipt({ endpoint, age, pick }: Step<'receipt'>): Promise<void> {
    const waiting = [...this.model.mailbox(endpoint)].filter(
      (mailId) =>
        !mailId.startsWith('p:') || this.model.transactions.get(mailId.slice(2))!.delivery !== 'queued',
    );
    const mailId = waiting[pick % waiting.length];
    if (mailId === undefined) return;
    const reader = this.connectionOf(endpoint, age);
    await this.desk.receipt(reader, mailId.slice(0, 1) as 'p', mailId.slice(2));
    this.model.receipt(endpoint, mailId, reader === this.connectionOf(endpoint, 0));
  }

  private async deadline({ pick, due }: Step<'deadline'>): Promise<void> {
    const id = this.pick(pick, isOpen);
    const known = this.model.transactions.get(id);
    if (due) await this.desk.passDeadline(id);
    if (due && known) known.due = true;
    await this.desk.sweep(id);
    this.model.sweep(id);
  }

  private async drop({ endpoint, seen }: Omit<Step<'drop'>, 'do'>): Promise<void> {
    if (this.online.has(endpoint)) this.model.drop(endpoint);
    await this.presence.drop(this.connectionOf(endpoint, 0).endpoint);
    this.online.delete(endpoint);
    if (seen && TERMINALS.includes(endpoint)) await this.see({ terminal: endpoint });
  }

  private async see({ terminal }: Omit<Step<'see'>, 'do'>): Promise<void> {
    await this.desk.seeToLost(terminal);
    this.model.seeToLost(terminal);
  }

  private async connect({ endpoint: keyId, resumed }: Omit<Step<'connect'>, 'do'>): Promise<void> {
    const principal = principalOf(keyId);
    const present = { principal, ...(await connect(this.presence, principal)) };
    this.connections.set(keyId, [...(this.connections.get(keyId) ?? []), present]);
    this.online.add(keyId);
    expect(present.hasOpenPayment).toBe(this.model.lock(keyId) !== undefined);
    if (resumed && present.hasOpenPayment) await this.goOn(present);
  }

  private resume({ terminal, age }: Step<'resume'>): Promise<void> {
    return this.goOn(this.connectionOf(terminal, age));
  }

  private async goOn(connection: Present): Promise<void> {
    await this.desk.resume(connection);
    this.model.resume(connection.principal.keyId, this.owns(connection));
  }

  /** A connection of the terminal that a transaction is for, or of the other one. */
  private speaker(id: string, right: boolean, age: number): Present {
    const asked = this.model.transactions.get(id)?.terminal ?? 't1';
    return this.connectionOf(
      TERMINALS.find((keyId) => (keyId === asked) === right)!,
      age,
    );
  }

  /** Mostly a transaction for which the step makes sense. */
  private pick(pick: number, fits: (known: ModelTransaction) => boolean): string {
    const fitting = [...this.model.transactions].filter(([, known]) => fits(known)).map(([id]) => id);
    return oneOf(fitting, pick);
  }

  private connectionOf(keyId: string, age: number): Present {
    const known = this.connections.get(keyId)!;
    return known.at(-1 - age) ?? known[0]!;
  }

  private owns(connection: Present): boolean {
    const { keyId } = connection.principal;
    return this.online.has(keyId) && this.connectionOf(keyId, 0) === connection;
  }

  private terminalId(keyId: string): string {
    return hasDeviceId(keyId) ? `TERM-${keyId}` : this.connectionOf(keyId, 0).endpoint.connectionId;
  }
}
