/** A transaction as the reference sees it. */
export interface ModelTransaction {
  terminal: string;
  amount: string;
  recipients: string[];
  status: 'PENDING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  delivery: 'queued' | 'sent' | 'received';
  version: number;
  /** Of the claim that was granted. */
  token?: string;
  retrySafe?: '' | 'true' | 'false';
  /** The gateway gave it up; what the terminal says afterwards is late. */
  givenUp?: boolean;
  /** What the terminal has said after it was final, each once. */
  said: FinalAnswer[];
}

export const OUTCOMES = { SUCCESS: 'COMPLETED', FAILED: 'FAILED', CANCELLED: 'CANCELLED' } as const;
export type FinalAnswer = keyof typeof OUTCOMES;

/** The reference for the payment scripts, in plain words: transactions, locks and mailboxes. */
export class TransactionModel {
  readonly transactions = new Map<string, ModelTransaction>();
  /** What lies in whose mailbox, by message id. */
  readonly mailboxes = new Map<string, Set<string>>();
  private readonly present: (keyId: string) => boolean;

  /** @param present whether an endpoint is connected */
  constructor(present: (keyId: string) => boolean) {
    this.present = present;
  }

  /** @returns the acceptance, or the kind of the error. The caller owns its endpoint. */
  pay(pos: string, id: string, terminal: string, amount: string): string {
    const known = this.transactions.get(id);
    if (known) {
      if (known.terminal !== terminal || known.amount !== amount) return 'DUPLICATE_TRANSACTION';
      if (known.status !== 'PENDING') {
        this.mailbox(pos).add(`r:${id}`);
        return 'replayed';
      }
      if (!known.recipients.includes(pos)) known.recipients.push(pos);
      return 'joined';
    }
    if (!this.present(terminal)) return 'TERMINAL_OFFLINE';
    if (this.lock(terminal) !== undefined) return 'PAYMENT_IN_PROGRESS';
    this.transactions.set(id, {
      terminal,
      amount,
      recipients: [pos],
      status: 'PENDING',
      delivery: 'queued',
      version: 1,
      said: [],
    });
    this.mailbox(terminal).add(`p:${id}`);
    return 'accepted';
  }

  /** @param current whether the connection that claims is the terminal's */
  claim(id: string, current: boolean, token: string): 'claimed' | 'taken' | 'stale' | 'over' {
    const transaction = this.transactions.get(id);
    if (!current) return 'stale';
    if (transaction?.status !== 'PENDING') return 'over';
    if (transaction.token === token) return 'claimed';
    if (transaction.delivery !== 'queued') return 'taken';
    Object.assign(transaction, { delivery: 'sent', token, version: transaction.version + 1 });
    return 'claimed';
  }

  /** @param current whether the connection that has read the message is the latest of its endpoint */
  receipt(reader: string, kind: 'p' | 'r', id: string, current: boolean): void {
    if (!current) return;
    this.mailbox(reader).delete(`${kind}:${id}`);
    const transaction = this.transactions.get(id);
    if (kind === 'p' && transaction?.delivery === 'sent') {
      transaction.delivery = 'received';
      transaction.version += 1;
    }
  }

  /** @returns whether the terminal was given the payment */
  answer(terminal: string, id: string, status: FinalAnswer | 'PENDING'): boolean {
    const transaction = this.transactions.get(id);
    if (transaction?.terminal !== terminal || transaction.delivery === 'queued') return false;
    if (status !== 'PENDING' && transaction.status !== 'PENDING') {
      this.answerAgain(id, status);
    } else if (status !== 'PENDING') {
      this.end(id, OUTCOMES[status], status === 'SUCCESS' ? '' : 'false');
    }
    return true;
  }

  private answerAgain(id: string, status: FinalAnswer): void {
    const known = this.transactions.get(id)!;
    const first = known.givenUp ? known.said[0] : undefined;
    const stands = first ? OUTCOMES[first] : known.status;
    const isLate = known.givenUp && !first;
    if (!isLate && (OUTCOMES[status] === stands || known.said.includes(status))) return;
    known.said.push(status);
    known.version += 1;
    if (isLate && status === 'SUCCESS') this.mailbox(known.terminal).add(`v:${id}`);
  }

  deadline(id: string): void {
    const known = this.transactions.get(id);
    if (known?.status === 'PENDING') known.givenUp = true;
    this.end(id, 'FAILED', this.transactions.get(id)?.delivery === 'queued' ? 'true' : 'false');
  }

  /** The transaction that a terminal is busy with. */
  lock(terminal: string): string | undefined {
    const open = [...this.transactions].filter(
      ([, known]) => known.terminal === terminal && known.status === 'PENDING',
    );
    return open[0]?.[0];
  }

  mailbox(keyId: string): Set<string> {
    const known = this.mailboxes.get(keyId) ?? new Set<string>();
    this.mailboxes.set(keyId, known);
    return known;
  }

  private end(id: string, status: ModelTransaction['status'], retrySafe: '' | 'true' | 'false'): void {
    const transaction = this.transactions.get(id);
    if (transaction?.status !== 'PENDING') return;
    Object.assign(transaction, { status, retrySafe, version: transaction.version + 1 });
    this.mailbox(transaction.terminal).delete(`p:${id}`);
    for (const pos of transaction.recipients) this.mailbox(pos).add(`r:${id}`);
  }
}
