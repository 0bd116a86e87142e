import { Line, type Frame, type LineOptions } from './line.js';

/** How a payment ended for the till: with a result, or because it was told that it may let it go and did. */
export type Ending = 'final' | 'abandoned';

/** Who asks for payments, in whatever way. */
export interface Payer {
  /** @param shared another one asks for the same: that it is known does not mean that this one gets the result */
  pay(terminalId: string, tx: string, shared?: boolean): Promise<Ending>;
  cancel(tx: string): void;
}

export interface TillManner {
  /** It asks again when it is unsure, which the contract allows as well as looking. */
  repeats: boolean;
  /** How likely it lets a payment go where it may. */
  abandons: number;
}

interface Order {
  terminalId: string;
  /** Asked for again when its till is unsure, instead of looked up. */
  repeats: boolean;
  /** The connection on which it was asked for last. */
  askedOn: number;
  /** Requests on that connection that may still be refused; an accepted one has no answer. */
  unanswered: number;
  nextLookAt: number;
  resolve: (ending: Ending) => void;
}

const LOOK_EVERY_MS = 4_000;
const LOOK_AGAIN_MS = 600;

/**
 * A till as the contract wants it. It waits for the result of each payment; when it is unsure it looks the transaction up, and
 * only what the gateway does not know is asked for again, under the same id. It lets a payment go only where it was told that
 * the terminal can not have it.
 */
export class Till extends Line implements Payer {
  private readonly orders = new Map<string, Order>();
  private readonly readers = new Map<string, (transaction: Frame | undefined) => void>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    options: LineOptions,
    private readonly manner: TillManner,
  ) {
    super(options);
    this.timer = setInterval(() => this.lookAtStale(), LOOK_AGAIN_MS / 2);
  }

  override stop(): void {
    clearInterval(this.timer);
    super.stop();
  }

  /** Ids of payments without an ending. */
  get open(): string[] {
    return [...this.orders.keys()];
  }

  pay(terminalId: string, tx: string, shared = false): Promise<Ending> {
    return new Promise((resolve) => {
      const repeats = shared || this.manner.repeats;
      this.orders.set(tx, { terminalId, repeats, askedOn: 0, unanswered: 0, nextLookAt: 0, resolve });
      this.ask(tx);
    });
  }

  cancel(tx: string): void {
    if (!this.orders.has(tx) || !this.send({ action: 'cancelPayment', transactionId: tx })) return;
    this.journal.add({ what: 'cancel-asked', tx });
  }

  /** The transaction as the gateway shows it; undefined if it knows none. */
  read(tx: string): Promise<Frame | undefined> {
    return new Promise((resolve) => {
      this.readers.set(tx, resolve);
      this.send({ action: 'getTransaction', transactionId: tx });
    });
  }

  /** The terminals that the gateway shows as online. */
  onlineTerminals(): Promise<Set<string>> {
    return new Promise((resolve) => {
      this.onList = resolve;
      this.send({ action: 'getTerminals' });
    });
  }

  private onList: (online: Set<string>) => void = () => {};

  protected override onOpen(): void {
    for (const [tx, { repeats, askedOn }] of this.orders) {
      if (repeats || askedOn === 0) this.ask(tx);
      else this.look(tx);
    }
    for (const tx of this.readers.keys()) this.send({ action: 'getTransaction', transactionId: tx });
  }

  protected override onFrame(frame: Frame): void {
    const tx = frame.transactionId ?? '';
    switch (frame.action) {
      case 'paymentComplete':
        return this.onComplete(tx, frame);
      case 'paymentVoided':
        return this.note('corrected', tx, frame);
      case 'transactionResponse':
        return this.onTransaction(frame['transaction'] as Frame);
      case 'cancelResponse':
        return this.journal.add({ what: 'cancel-answer', tx, status: frame['status'] });
      case 'terminalsResponse':
        return this.onTerminals(frame);
      case 'error':
        return this.onError(tx, frame);
    }
  }

  private ask(tx: string): void {
    const order = this.orders.get(tx);
    if (!order || !this.isOpen) return;
    order.unanswered = order.askedOn === this.connections ? order.unanswered + 1 : 1;
    order.askedOn = this.connections;
    order.nextLookAt = Date.now() + LOOK_EVERY_MS;
    this.journal.add({ what: 'asked', tx, connection: this.connections });
    const paymentRequest = { transactionId: tx, amount: '12.50', currency: 'EUR', paymentMethod: 'CARD' };
    this.send({ action: 'payment', terminalId: order.terminalId, paymentRequest });
  }

  private look(tx: string): void {
    const order = this.orders.get(tx);
    if (!order || !this.send({ action: 'getTransaction', transactionId: tx })) return;
    order.nextLookAt = Date.now() + LOOK_EVERY_MS;
  }

  private lookAtStale(): void {
    const now = Date.now();
    for (const [tx, order] of this.orders) {
      if (now < order.nextLookAt) continue;
      if (order.repeats || order.askedOn === 0) this.ask(tx);
      else this.look(tx);
    }
  }

  private onComplete(tx: string, frame: Frame): void {
    this.note('complete', tx, frame);
    this.end(tx, 'final');
  }

  private note(what: 'complete' | 'corrected', tx: string, frame: Frame): void {
    const { status, eventId, transactionVersion, retrySafe, paymentResponse, recovered } = frame;
    this.journal.add({
      what,
      tx,
      eventId,
      version: transactionVersion,
      connection: this.connections,
      ...(status && { status }),
      ...(retrySafe !== undefined && { retrySafe }),
      ...((paymentResponse?.errorCode || recovered) && { code: paymentResponse?.errorCode ?? 'RECOVERED' }),
    });
  }

  private onTransaction(transaction: Frame): void {
    const tx = transaction.transactionId!;
    this.journal.add({ what: 'looked', tx, status: transaction['status'], version: transaction['version'] });
    this.answerReader(tx, transaction);
  }

  private answerReader(tx: string, transaction: Frame | undefined): void {
    this.readers.get(tx)?.(transaction);
    this.readers.delete(tx);
  }

  private onTerminals(frame: Frame): void {
    const terminals = frame['terminals'] as { terminalId: string; status: string }[];
    const online = terminals.filter(({ status }) => status === 'online');
    this.onList(new Set(online.map(({ terminalId }) => terminalId)));
  }

  private onError(tx: string, { code, retrySafe, requestAction }: Frame): void {
    if (requestAction === 'getTransaction' && code === 'TRANSACTION_NOT_FOUND') {
      this.onMissing(tx);
      return;
    }
    const verdict = typeof retrySafe === 'boolean' ? { retrySafe } : {};
    this.journal.add({ what: 'refused', code, connection: this.connections, ...verdict, ...(tx && { tx }) });
    if (requestAction === 'payment' && this.orders.has(tx)) {
      this.onRefused(tx, retrySafe === true);
    } else {
      for (const order of this.orders.values()) order.nextLookAt = Date.now() + LOOK_AGAIN_MS;
      for (const waiting of this.readers.keys()) {
        this.send({ action: 'getTransaction', transactionId: waiting });
      }
    }
  }

  private onRefused(tx: string, retrySafe: boolean): void {
    const order = this.orders.get(tx)!;
    const isLast = --order.unanswered <= 0;
    // Which of several requests was refused can not be told.
    if (!retrySafe || !isLast) {
      order.unanswered = 0;
      order.nextLookAt = Date.now() + LOOK_AGAIN_MS;
    } else if (this.random.chance(this.manner.abandons)) {
      this.abandon(tx, 'retrySafe');
    } else {
      setTimeout(() => this.ask(tx), this.random.int(100, 500)).unref();
    }
  }

  /**
   * A request that the gateway does not know on a connection made after it was sent can not be executed any more: the connection
   * that carried it is displaced.
   */
  private onMissing(tx: string): void {
    this.journal.add({ what: 'missing', tx, connection: this.connections });
    this.answerReader(tx, undefined);
    const order = this.orders.get(tx);
    if (!order) return;
    if (order.askedOn < this.connections && this.random.chance(this.manner.abandons)) {
      this.abandon(tx, 'missing');
    } else this.ask(tx);
  }

  private abandon(tx: string, why: string): void {
    this.journal.add({ what: 'abandoned', tx, code: why });
    this.end(tx, 'abandoned');
  }

  private end(tx: string, ending: Ending): void {
    const order = this.orders.get(tx);
    this.orders.delete(tx);
    order?.resolve(ending);
  }
}
