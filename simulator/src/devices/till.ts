import type { Frame, Transaction } from '../wire/frame.js';
import { Line, type LineOptions } from './line.js';

/** How a payment ended for its till: with a result, or refused, so that it was let go. */
export type Ending = 'final' | 'let-go';

interface Order {
  terminalId: string;
  amount: string;
  /** Requests on the present connection that may still be refused; an accepted one has no answer. */
  unanswered: number;
  resolve: (ending: Ending) => void;
}

interface Reader {
  resolve: (transaction: Transaction | undefined) => void;
  isAsked: boolean;
}

/** A read whose answer does not come is asked for again. */
const READ_AGAIN_MS = 3_000;
/** Within the usual 50 frames per second, with room for payments. */
const READS_PER_TICK = 6;
const TICK_MS = 200;

/**
 * A point of sale as the contract wants it: it waits for the result of each payment, asks again under the same id when its
 * connection was gone, and lets a payment go only where it was told that the terminal does not have it.
 */
export class SimulatedTill extends Line {
  private readonly orders = new Map<string, Order>();
  /** Payments that are asked for once more when they are over. */
  private readonly repeatLater = new Map<string, Order>();
  private readonly readers = new Map<string, Reader>();
  private readonly ticker: NodeJS.Timeout;

  constructor(
    options: LineOptions,
    /** How likely a request is sent twice: at once, as by a cashier who clicks twice, or when it is over. */
    private readonly doubles: number,
  ) {
    super(options);
    this.ticker = setInterval(() => this.readSome(), TICK_MS);
  }

  override stop(): void {
    clearInterval(this.ticker);
    super.stop();
  }

  /** Ids of payments without an ending. */
  get open(): string[] {
    return [...this.orders.keys()];
  }

  pay(terminalId: string, tx: string, amount: string): Promise<Ending> {
    return new Promise((resolve) => {
      const order = { terminalId, amount, unanswered: 0, resolve };
      this.orders.set(tx, order);
      this.ask(tx);
      if (!this.random.chance(this.doubles)) return;
      if (this.random.chance(0.5)) this.ask(tx);
      else this.repeatLater.set(tx, order);
    });
  }

  /** The transaction as the gateway shows it; undefined if it knows none or can not tell. */
  read(tx: string): Promise<Transaction | undefined> {
    return new Promise((resolve) => this.readers.set(tx, { resolve, isAsked: false }));
  }

  protected override onOpen(): void {
    for (const [tx, order] of this.orders) {
      order.unanswered = 0;
      this.ask(tx);
    }
    for (const reader of this.readers.values()) reader.isAsked = false;
  }

  protected override onFrame(frame: Frame): void {
    const tx = frame.transactionId ?? '';
    switch (frame.action) {
      case 'paymentComplete':
        this.note('complete', tx, frame);
        return this.end(tx, 'final');
      case 'paymentVoided':
        return this.note('corrected', tx, frame);
      case 'transactionResponse':
        return this.answer(frame.transaction!.transactionId, frame.transaction);
      case 'error':
        return this.onError(tx, frame);
    }
  }

  private ask(tx: string): void {
    const order = this.orders.get(tx)!;
    if (this.request(tx, order)) order.unanswered++;
  }

  private request(tx: string, { terminalId, amount }: Order): boolean {
    const paymentRequest = { transactionId: tx, amount, currency: 'EUR', paymentMethod: 'CARD' };
    const isSent = this.send({ action: 'payment', terminalId, paymentRequest });
    if (isSent) this.journal.add({ what: 'asked', tx });
    return isSent;
  }

  private note(what: 'complete' | 'corrected', tx: string, frame: Frame): void {
    const { status, eventId, transactionVersion: version, retrySafe, paymentResponse } = frame;
    const code = paymentResponse?.errorCode;
    this.journal.add({
      ...{ what, tx },
      ...(status && { status }),
      ...(eventId && { eventId }),
      ...(version !== undefined && { version }),
      ...(retrySafe !== undefined && { retrySafe }),
      ...(code && { code }),
    });
  }

  private onError(tx: string, { code = '', retrySafe, requestAction }: Frame): void {
    if (requestAction === 'getTransaction' || this.readers.has(tx)) {
      if (code === 'TRANSACTION_NOT_FOUND' || code === 'UNKNOWN_ACTION') this.answer(tx, undefined);
      return;
    }
    this.journal.add({
      what: 'refused',
      code,
      ...(tx && { tx }),
      ...(retrySafe !== undefined && { retrySafe }),
    });
    const order = this.orders.get(tx);
    if (!order) return;
    // Which of several requests was refused can not be told: the other one may be accepted.
    if (--order.unanswered > 0) return;
    if (retrySafe === true) {
      this.journal.add({ what: 'let-go', tx, code });
      this.end(tx, 'let-go');
    } else {
      setTimeout(() => this.orders.has(tx) && this.ask(tx), READ_AGAIN_MS).unref();
    }
  }

  private end(tx: string, ending: Ending): void {
    this.orders.get(tx)?.resolve(ending);
    this.orders.delete(tx);
    const order = this.repeatLater.get(tx);
    this.repeatLater.delete(tx);
    if (order && ending === 'final') this.request(tx, order);
  }

  private answer(tx: string, transaction: Transaction | undefined): void {
    this.readers.get(tx)?.resolve(transaction);
    this.readers.delete(tx);
  }

  private readSome(): void {
    const waiting = [...this.readers].filter(([, { isAsked }]) => !isAsked);
    for (const [tx, reader] of waiting.slice(0, READS_PER_TICK)) {
      reader.isAsked = this.send({ action: 'getTransaction', transactionId: tx });
      setTimeout(() => (reader.isAsked = false), READ_AGAIN_MS).unref();
    }
  }
}
