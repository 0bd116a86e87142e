import {
  ClientAction,
  type FinalResponseStatus,
  type TransactionStatus,
} from '../../src/protocol/actions.js';
import { Backoff, type BackoffOptions } from './backoff.js';
import type { Connection } from './connection.js';
import { Refused, TimedOut, type ConnectionEnded } from './errors.js';
import type {
  AcceptedPaymentRequest,
  ErrorFrame,
  ServerFrames,
  StoredResponse,
  Transaction,
} from './frames.js';
import { isPassing } from './refusals.js';
import type { RequestOrder } from './request-order.js';
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
  paymentRequest: AcceptedPaymentRequest;
  waits: Set<Waiting<PaymentResult>>;
  /** The connection on which it was asked for last; 0 before the first. */
  askedOn: number;
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
 * looks whether the gateway has it, and asks again only if not. On one connection at most one request of a payment is
 * undecided, so that every verdict is about that request and certain.
 */
export class PaymentDesk {
  private readonly open = new Map<string, OpenPayment>();

  /** @param lookEveryMs how often a payment without a result is looked at */
  constructor(
    private readonly connection: Connection,
    private readonly order: RequestOrder,
    private readonly lookEveryMs: number,
  ) {}

  has(transactionId: string): boolean {
    return this.open.has(transactionId);
  }

  /**
   * Resolves with the result. A second call for a payment under way waits for the same.
   * @param hasNewId nobody can have asked for it before
   * @throws Refused, TimedOut, ConnectionEnded, or the reason of the signal
   */
  pay(
    terminalId: string,
    paymentRequest: AcceptedPaymentRequest,
    hasNewId: boolean,
    wait: WaitOptions,
  ): Promise<PaymentResult> {
    const { transactionId } = paymentRequest;
    const known = this.open.get(transactionId);
    if (known && !isSame(known, terminalId, paymentRequest)) {
      const message = 'transactionId already used for a different payment';
      return Promise.reject(new Refused('DUPLICATE_TRANSACTION', message, { transactionId }));
    }
    const payment = known ?? this.opened(terminalId, paymentRequest, hasNewId);
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
    this.remove(payment);
    payment.waits.forEach((waiting) => waiting.resolve(result));
  }

  /** The answer to a look. A final payment is asked for again: that brings its result once more, and nothing else. */
  onTransaction({ transactionId, status }: Transaction): void {
    const payment = this.open.get(transactionId);
    if (!payment) return;
    payment.isSafe = false;
    if (!OPEN_STATUSES.includes(status)) this.ask(payment);
  }

  /** The gateway does not know a payment. */
  onMissing(transactionId: string): void {
    const payment = this.open.get(transactionId);
    if (payment) this.ask(payment);
  }

  /** A payment was refused. */
  onRefused(transactionId: string, frame: ErrorFrame): void {
    const payment = this.open.get(transactionId);
    if (!payment) return;
    payment.isSafe = frame.retrySafe === true;
    if (isPassing(frame)) this.later(payment, frame.retryAfterMs);
    else this.fail(payment, Refused.by(frame, payment.transactionId));
  }

  /** A look was refused. */
  onLookRefused(transactionId: string, afterMs?: number): void {
    const payment = this.open.get(transactionId);
    if (payment) this.later(payment, afterMs);
  }

  /** Something was refused, and it can not be told what. */
  lookAtAll(afterMs?: number): void {
    for (const payment of this.open.values()) this.later(payment, afterMs);
  }

  private opened(terminalId: string, paymentRequest: AcceptedPaymentRequest, isSafe: boolean): OpenPayment {
    const payment: OpenPayment = {
      ...{ terminalId, paymentRequest, transactionId: paymentRequest.transactionId },
      waits: new Set(),
      ...{ askedOn: 0, isSafe, notBefore: 0, timer: undefined },
      backoff: new Backoff(PAUSE),
    };
    this.open.set(payment.transactionId, payment);
    return payment;
  }

  /** Sends the request if it is due. Where an earlier one may still be refused, a look finds out. */
  private ask(payment: OpenPayment): void {
    const { transactionId, terminalId, paymentRequest } = payment;
    if (!this.connection.isReady || Date.now() < payment.notBefore) return;
    if (this.order.isUndecided(transactionId)) {
      this.look(payment);
      return;
    }
    if (this.order.unparted !== undefined) this.sendLook(this.order.unparted);
    this.connection.send({ action: ClientAction.payment, terminalId, paymentRequest });
    this.order.paymentSent(transactionId);
    payment.askedOn = this.connection.number;
    payment.isSafe = false;
    this.schedule(payment, this.lookEveryMs);
  }

  private look(payment: OpenPayment): void {
    if (!this.connection.isReady) return;
    this.sendLook(payment.transactionId);
    this.schedule(payment, this.lookEveryMs);
  }

  private sendLook(transactionId: string): void {
    this.connection.send({ action: ClientAction.getTransaction, transactionId });
    this.order.lookSent(transactionId);
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

  private fail(payment: OpenPayment, error: Error): void {
    this.remove(payment);
    payment.waits.forEach((waiting) => waiting.reject(error));
  }

  /** Nobody waits any more: the payment goes on, but it is not asked for again. */
  private leave(payment: OpenPayment, waiting: Waiting<PaymentResult>): void {
    payment.waits.delete(waiting);
    if (payment.waits.size === 0) this.remove(payment);
  }

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

function isSame(known: OpenPayment, terminalId: string, paymentRequest: AcceptedPaymentRequest): boolean {
  return known.terminalId === terminalId && canonical(known.paymentRequest) === canonical(paymentRequest);
}

/** A text that does not depend on the order of members. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
