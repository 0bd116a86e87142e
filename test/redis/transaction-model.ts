import {
  add,
  change,
  isOpen,
  OUTCOMES,
  type FinalAnswer,
  type ModelTransaction,
  type Policy,
  type Verdict,
} from './transaction-facts.js';

/** The reference for the payment scripts, in plain words: transactions, locks and mailboxes. */
export class TransactionModel {
  readonly transactions = new Map<string, ModelTransaction>();
  /** What lies in whose mailbox, by message id. */
  readonly mailboxes = new Map<string, Set<string>>();
  readonly lost = new Set<string>();
  /** Approvals of payments that their terminal was not given: terminal and transaction. */
  readonly unmatched = new Set<string>();

  /** @param present whether an endpoint is connected @param returns whether a terminal has a device id */
  constructor(
    private readonly policy: Policy,
    private readonly present: (keyId: string) => boolean,
    private readonly returns: (keyId: string) => boolean,
  ) {}

  /** @returns the acceptance, or the kind of the error. The caller owns its endpoint. */
  pay(pos: string, id: string, terminal: string, terminalId: string, amount: string): string {
    const known = this.transactions.get(id);
    if (known) {
      if (known.terminal !== terminal || known.amount !== amount) return 'DUPLICATE_TRANSACTION';
      if (!isOpen(known)) {
        this.mailbox(pos).add(`r:${id}`);
        return 'replayed';
      }
      add(known.recipients, pos);
      return 'joined';
    }
    if (!this.present(terminal)) return this.returns(terminal) ? 'TERMINAL_OFFLINE' : 'TERMINAL_NOT_FOUND';
    if (this.lock(terminal) !== undefined) return 'PAYMENT_IN_PROGRESS';
    this.transactions.set(id, {
      ...{ terminal, terminalId, amount, recipients: [pos], askers: [], conflicts: new Set() },
      ...{ status: 'PENDING', delivery: 'queued', version: 1, dispatches: 0, due: false },
      ...{ inquiry: false, voidPending: false, voidRefused: false },
    });
    this.mailbox(terminal).add(`p:${id}`);
    return 'accepted';
  }

  /** @param current whether the connection that claims is the terminal's */
  claim(id: string, current: boolean, token: string): 'claimed' | 'taken' | 'stale' | 'over' {
    const known = this.transactions.get(id);
    if (!current) return 'stale';
    if (known?.status !== 'PENDING') return 'over';
    if (known.token === token) return 'claimed';
    if (known.delivery !== 'queued') return 'taken';
    change(known, { delivery: 'sent', token, due: false, dispatches: known.dispatches + 1 });
    return 'claimed';
  }

  unclaim(id: string, token: string): 'queued' | 'over' {
    const known = this.transactions.get(id);
    if (!known || !isOpen(known) || known.delivery !== 'sent' || known.token !== token) return 'over';
    change(known, { status: 'PENDING', dispatches: known.dispatches - 1 });
    this.queue(id, known);
    return 'queued';
  }

  /** @param current whether the connection that has read the message is the latest of its endpoint */
  receipt(reader: string, mailId: string, current: boolean): void {
    // Only the terminal's word ends a void.
    if (!current || mailId.startsWith('v:')) return;
    this.mailbox(reader).delete(mailId);
    const known = this.transactions.get(mailId.slice(2));
    if (!mailId.startsWith('p:') || !known || !isOpen(known)) return;
    if (known.delivery === 'sent') change(known, { delivery: 'received' });
  }

  drop(keyId: string): void {
    if (this.lock(keyId) !== undefined) this.lost.add(keyId);
  }

  /** Somebody sees to a terminal that dropped. */
  seeToLost(terminal: string): void {
    const id = this.lock(terminal);
    const known = id === undefined ? undefined : this.transactions.get(id)!;
    if (!known || this.present(terminal) || known.delivery === 'queued') {
      this.lost.delete(terminal);
    } else if (!this.returns(terminal)) {
      this.giveUp(id!, 'TERMINAL_DISCONNECTED');
    } else {
      if (known.status === 'PENDING') change(known, { status: 'AWAITING_RECONNECT', due: false });
      this.lost.delete(terminal);
    }
  }

  /** @param current whether the connection is the terminal's */
  resume(terminal: string, current: boolean): void {
    const id = this.lock(terminal);
    if (id === undefined || !current) return;
    this.lost.delete(terminal);
    const known = this.transactions.get(id)!;
    if (known.delivery === 'queued') return;
    if (known.status === 'AWAITING_RECONNECT') change(known, { status: 'PENDING' });
    Object.assign(known, { inquiry: true, due: false });
    this.mailbox(terminal).delete(`p:${id}`);
    this.mailbox(terminal).add(`i:${id}`);
  }

  /** @returns what came of it; undefined if the terminal was not given the payment */
  tellUnknown(terminal: string, id: string): 'requeued' | 'ignored' | undefined {
    const known = this.given(terminal, id);
    if (!known) return undefined;
    if (known.status !== 'PENDING' || !known.inquiry) return 'ignored';
    change(known, {});
    this.queue(id, known);
    return 'requeued';
  }

  /** @returns whether the terminal was given the payment */
  tellProgress(terminal: string, id: string): boolean {
    const known = this.given(terminal, id);
    if (known && isOpen(known)) change(known, { inquiry: false });
    return known !== undefined;
  }

  /** @returns whether the terminal was given the payment */
  answer(terminal: string, id: string, status: FinalAnswer, text: string = status): boolean {
    const known = this.given(terminal, id);
    if (!known) {
      if (status === 'SUCCESS') this.unmatched.add(`${terminal} ${id}`);
      return false;
    }
    if (isOpen(known)) {
      known.delivery = 'received';
      this.end(id, OUTCOMES[status], status === 'SUCCESS' ? '' : 'false');
    } else if (known.failure && !known.late) {
      this.answerLate(id, known, status);
    } else if (OUTCOMES[status] !== (known.late ? OUTCOMES[known.late] : known.status)) {
      if (!known.conflicts.has(text)) change(known, {});
      known.conflicts.add(text);
    }
    return true;
  }

  /** @returns what the till is told at once; undefined if the terminal is asked */
  cancel(pos: string, id: string): string | undefined {
    const known = this.transactions.get(id);
    if (!known) return 'TRANSACTION_NOT_FOUND';
    if (!isOpen(known)) return known.status === 'CANCELLED' ? 'CANCELLED' : 'TOO_LATE';
    if (known.dispatches === 0) {
      this.end(id, 'CANCELLED', 'true');
      return 'CANCELLED';
    }
    add(known.recipients, pos);
    add(known.askers, pos);
    this.mailbox(known.terminal).add(`c:${id}`);
    return undefined;
  }

  /** @returns whether the terminal was given the payment */
  refuseCancel(terminal: string, id: string): boolean {
    const known = this.given(terminal, id);
    for (const pos of known?.askers.splice(0) ?? []) this.mailbox(pos).add(`x:${id}`);
    return known !== undefined;
  }

  /** @returns whether the terminal was asked for a void */
  answerVoid(terminal: string, id: string, confirmed: boolean): boolean {
    const known = this.transactions.get(id);
    if (known?.terminal !== terminal) return false;
    if (known.status === 'VOIDED') return true;
    if (!known.voidPending) return false;
    if (!confirmed) {
      if (!known.voidRefused) change(known, { voidRefused: true });
      return true;
    }
    change(known, { status: 'VOIDED', voidPending: false, voidRefused: false });
    this.mailbox(terminal).delete(`v:${id}`);
    this.tell(known, `w:${id}`);
    return true;
  }

  /** The sweep comes by. What has its deadline behind it ends, if the deadline still means something. */
  sweep(id: string): void {
    const known = this.transactions.get(id);
    if (!known || !isOpen(known) || !known.due) return;
    if (known.delivery === 'queued') this.giveUp(id, 'NOT_DELIVERED');
    else if (known.status === 'PENDING') this.giveUp(id, 'NO_RESPONSE');
    else if (!this.present(known.terminal)) this.giveUp(id, 'TERMINAL_DISCONNECTED');
  }

  /** The transaction that a terminal is busy with. */
  lock(terminal: string): string | undefined {
    return [...this.transactions].find(([, known]) => known.terminal === terminal && isOpen(known))?.[0];
  }

  mailbox(keyId: string): Set<string> {
    const known = this.mailboxes.get(keyId) ?? new Set<string>();
    this.mailboxes.set(keyId, known);
    return known;
  }

  /** The transaction, if it was handed to this terminal. */
  given(terminal: string, id: string): ModelTransaction | undefined {
    const known = this.transactions.get(id);
    return known?.terminal === terminal && known.dispatches > 0 ? known : undefined;
  }

  private queue(id: string, known: ModelTransaction): void {
    Object.assign(known, { delivery: 'queued', token: undefined, inquiry: false, due: false });
    this.mailbox(known.terminal).delete(`i:${id}`);
    this.mailbox(known.terminal).add(`p:${id}`);
  }

  private answerLate(id: string, known: ModelTransaction, status: FinalAnswer): void {
    change(known, { late: status });
    if (status !== 'SUCCESS') return;
    if (this.policy === 'void') {
      known.voidPending = true;
      this.mailbox(known.terminal).add(`v:${id}`);
    } else {
      Object.assign(known, { status: 'COMPLETED', retrySafe: '' });
      this.tell(known, `l:${id}`);
    }
  }

  private giveUp(id: string, failure: string): void {
    const known = this.transactions.get(id)!;
    this.end(id, 'FAILED', known.dispatches === 0 ? 'true' : 'false');
    known.failure = failure;
  }

  private end(id: string, status: ModelTransaction['status'], retrySafe: Verdict): void {
    const known = this.transactions.get(id)!;
    change(known, { status, retrySafe, inquiry: false, failure: '', askers: [] });
    for (const kind of ['p', 'i', 'c']) this.mailbox(known.terminal).delete(`${kind}:${id}`);
    this.tell(known, `r:${id}`);
  }

  private tell({ recipients }: ModelTransaction, mailId: string): void {
    for (const pos of recipients) this.mailbox(pos).add(mailId);
  }
}
