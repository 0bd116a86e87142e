import {
  ClientAction,
  type FinalResponseStatus,
  type TransactionStatus,
} from '../../src/protocol/actions.js';
import { Backoff, type BackoffOptions } from './backoff.js';
import type { Connection } from './connection.js';
import { Refused, TimedOut, type ConnectionEnded } from './errors.js';
import type { ErrorFrame, PaymentRequest, ServerFrames, StoredResponse, Transaction } from './frames.js';
import { isPassing } from './refusals.js';
import { Waiting, type WaitOptions } from './waiting.js';

/** How a payment ended. */
export interface PaymentResult {
  transactionId: string;
  terminalId: string;
  status: FinalResponseStatus;
  paymentResponse: StoredResponse;
  /** True only if the terminal can not have the payment. Always false for `SUCCESS`. */
  retrySafe: boolean;
  /** The same for every copy of this result. */
  eventId: string;
  transactionVersion: number;
  /** It was sent again, because the till was away. */
  recovered: boolean;
  /** It corrects an outcome that was told before. */
  late: boolean;
  timestamp: string;
}

/** A payment whose result somebody waits for. */
interface OpenPayment {
  transactionId: string;
  terminalId: string;
  paymentRequest: PaymentRequest;
  waits: Set<Waiting<PaymentResult>>;
  /** The connection on which it was asked for last; 0 before the first. */
  askedOn: number;
  /** Whether it is known what became of the request on that connection: refused, taken on, or never seen. */
  isDecided: boolean;
  /** The latest word: no request of this payment reached or will reach the terminal. */
  isSafe: boolean;
  backoff: Backoff;
  /** No request before, ms since the epoch. */
  notBefore: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const OPEN_STATUSES: readonly TransactionStatus[] = ['PENDING', 'AWAITING_RECONNECT'];
const PAUSE: BackoffOptions = { baseMs: 400, capMs: 5_000 };

/**
 * Brings payments to their outcome, whatever happens to the connection. It asks for each under one id; on a new connection it
 * looks whether the gateway has it, and asks again only if not. An accepted request has no answer, so what a refusal is about
 * is found out by order: the gateway answers the frames of one connection one after the other, and between two undecided
 * requests a look is sent, whose answer parts theirs.
 */
export class PaymentDesk {
  private readonly open = new Map<string, OpenPayment>();
  /** Undecided requests of this connection, in the order in which they were sent. */
  private undecided: OpenPayment[] = [];

  /** @param lookEveryMs how often a payment without a result is looked at */
  constructor(
    private readonly connection: Connection,
    private readonly lookEveryMs: number,
  ) {}

  has(transactionId: string): boolean {
    return this.open.has(transactionId);
  }

  /**
   * Resolves with the result. A second call for a payment under way waits for the same.
   * @throws Refused, TimedOut, ConnectionEnded, or the reason of the signal
   */
  pay(
    terminalId: string,
    paymentRequest: PaymentRequest & { transactionId: string },
    wait: WaitOptions,
  ): Promise<PaymentResult> {
    const { transactionId } = paymentRequest;
    const known = this.open.get(transactionId);
    if (known && !isSame(known, terminalId, paymentRequest)) {
      const message = 'transactionId already used for a different payment';
      return Promise.reject(new Refused('DUPLICATE_TRANSACTION', message, { transactionId }));
    }
    const payment = known ?? this.opened(terminalId, paymentRequest);
    const waiting: Waiting<PaymentResult> = new Waiting(
      wait,
      () => this.leave(payment, waiting),
      () => new TimedOut(`No result of ${transactionId} in time`, factsOf(payment)),
    );
    payment.waits.add(waiting);
    if (wait.signal?.aborted) this.leave(payment, waiting);
    else this.ask(payment);
    return waiting.promise;
  }

  onReady(): void {
    this.undecided = [];
    for (const payment of this.open.values()) {
      payment.notBefore = 0;
      if (payment.askedOn === 0) this.ask(payment);
      else this.look(payment);
    }
  }

  onLost(): void {
    for (const { timer } of this.open.values()) clearTimeout(timer);
  }

  onEnded(error: ConnectionEnded): void {
    for (const payment of [...this.open.values()]) this.fail(payment, error.about(factsOf(payment)));
  }

  onResult(result: PaymentResult): void {
    const payment = this.open.get(result.transactionId);
    if (!payment) return;
    this.undecided = this.undecided.filter((other) => other !== payment);
    this.remove(payment);
    payment.waits.forEach((waiting) => waiting.resolve(result));
  }

  /** The answer to a look. A final payment is asked for again: that brings its result once more, and nothing else. */
  onTransaction({ transactionId, status }: Transaction): void {
    const payment = this.decided(transactionId);
    if (!payment) return;
    payment.isSafe = false;
    if (!OPEN_STATUSES.includes(status)) this.ask(payment);
  }

  /** The gateway does not know a payment. */
  onMissing(transactionId: string): void {
    const payment = this.decided(transactionId);
    if (!payment) return;
    // The older connection is displaced; on the same one the store may still be at work on a request that it did not answer.
    if (payment.askedOn < this.connection.number) payment.isSafe = true;
    this.ask(payment);
  }

  /** A payment was refused. */
  onRefused(frame: ErrorFrame): void {
    const transactionId = frame.transactionId ?? this.undecided[0]?.transactionId;
    if (transactionId === undefined) {
      this.lookAtAll(frame.retryAfterMs);
      return;
    }
    const payment = this.decided(transactionId);
    if (!payment) return;
    payment.isSafe = frame.retrySafe === true;
    if (isPassing(frame)) this.later(payment, frame.retryAfterMs);
    else this.fail(payment, Refused.by(frame, payment.transactionId));
  }

  /** Something was refused, and it can not be told what. */
  lookAtAll(afterMs?: number): void {
    this.undecided = [];
    for (const payment of this.open.values()) this.later(payment, afterMs);
  }

  private opened(terminalId: string, paymentRequest: PaymentRequest & { transactionId: string }) {
    const payment: OpenPayment = {
      ...{ terminalId, paymentRequest, transactionId: paymentRequest.transactionId },
      waits: new Set(),
      ...{ askedOn: 0, isDecided: false, isSafe: true, notBefore: 0, timer: undefined },
      backoff: new Backoff(PAUSE),
    };
    this.open.set(payment.transactionId, payment);
    return payment;
  }

  /** Sends the request, unless it is under way on this connection or not due yet. */
  private ask(payment: OpenPayment): void {
    const { number, isReady } = this.connection;
    const isUnderWay = payment.askedOn === number && !payment.isDecided;
    if (!isReady || isUnderWay || Date.now() < payment.notBefore) return;
    const before = this.undecided.at(-1);
    if (before) this.look(before);
    const { terminalId, paymentRequest } = payment;
    this.connection.send({ action: ClientAction.payment, terminalId, paymentRequest });
    payment.askedOn = number;
    payment.isDecided = payment.isSafe = false;
    this.undecided.push(payment);
    this.schedule(payment, this.lookEveryMs);
  }

  private look(payment: OpenPayment): void {
    const { transactionId } = payment;
    if (!this.connection.send({ action: ClientAction.getTransaction, transactionId })) return;
    this.schedule(payment, this.lookEveryMs);
  }

  private later(payment: OpenPayment, leastMs = 0): void {
    const pause = leastMs + payment.backoff.next();
    payment.notBefore = Date.now() + pause;
    this.schedule(payment, pause);
  }

  private schedule(payment: OpenPayment, ms: number): void {
    clearTimeout(payment.timer);
    payment.timer = setTimeout(() => {
      payment.notBefore = 0;
      if (payment.isSafe) this.ask(payment);
      else this.look(payment);
    }, ms);
  }

  /**
   * There is an answer about a payment. Answers come in order: what was asked for before it is decided too.
   * @returns the payment, if somebody still waits for it
   */
  private decided(transactionId: string): OpenPayment | undefined {
    const at = this.undecided.findIndex((payment) => payment.transactionId === transactionId);
    this.undecided.splice(0, at + 1).forEach((earlier) => (earlier.isDecided = true));
    return this.open.get(transactionId);
  }

  private fail(payment: OpenPayment, error: Error): void {
    this.remove(payment);
    payment.waits.forEach((waiting) => waiting.reject(error));
  }

  /** Nobody waits any more: the payment goes on, but it is not asked for again. */
  private leave(payment: OpenPayment, waiting: Waiting<PaymentResult>): void {
    payment.waits.delete(waiting);
    if (payment.waits.size === 0) this.remove(payment);
  }

  /** Its request stays in the row of the undecided: a refusal that still comes is about it. */
  private remove(payment: OpenPayment): void {
    clearTimeout(payment.timer);
    if (this.open.get(payment.transactionId) === payment) this.open.delete(payment.transactionId);
  }
}

/** @returns the result that a frame tells */
export function resultOf(frame: ServerFrames['paymentComplete']): PaymentResult {
  const { transactionId, terminalId, status, paymentResponse, eventId, transactionVersion } = frame;
  return {
    ...{ transactionId, terminalId, status, paymentResponse, eventId, transactionVersion },
    retrySafe: frame.retrySafe === true,
    recovered: frame.recovered === true,
    late: frame.late === true,
    timestamp: frame.timestamp,
  };
}

function factsOf({ transactionId, isSafe }: OpenPayment) {
  return { transactionId, retrySafe: isSafe };
}

function isSame(known: OpenPayment, terminalId: string, paymentRequest: PaymentRequest): boolean {
  const text = JSON.stringify(paymentRequest);
  return known.terminalId === terminalId && JSON.stringify(known.paymentRequest) === text;
}
