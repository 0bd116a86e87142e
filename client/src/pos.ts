import {
  ClientAction,
  type PROGRESS_EXTENSION,
  ServerAction,
  type CancelOutcome,
} from '../../src/protocol/actions.js';
import { Client, type ClientEvents } from './client.js';
import type { ConnectionOptions } from './connection.js';
import { Refused, type ConnectionEnded } from './errors.js';
import type {
  AcceptedPaymentRequest,
  ClientFrame,
  ErrorFrame,
  PaymentRequest,
  ServerFrame,
  ServerFrames,
  TerminalEntry,
  Transaction,
} from './frames.js';
import { newTransactionId } from './ids.js';
import { PaymentDesk, resultOf, type PaymentResult } from './payment-desk.js';
import { Questions } from './questions.js';
import { RecentSet } from './recent-set.js';
import { RequestOrder } from './request-order.js';
import type { WaitOptions } from './waiting.js';

export interface PosOptions extends ConnectionOptions {
  /** `['progress']` for the `progress` event. */
  extensions?: readonly (typeof PROGRESS_EXTENSION)[];
  /** Acknowledge each result and void to the gateway when all listeners are through without an error; default false. */
  autoAck?: boolean;
  /** How often a payment without a result is looked at, ms; default 15 000. */
  lookEveryMs?: number;
  /** Longest frame that the gateway takes, bytes; default 131 072, its own default. */
  maxFrameBytes?: number;
}

/** What is to be paid where. */
export interface PaymentOrder {
  /** Device id of a terminal, or the connection id of one without. */
  terminalId: string;
  /** Without a `transactionId` one is made, the same for every repetition. */
  paymentRequest: PaymentRequest;
}

export interface TerminalsOptions extends WaitOptions {
  /** Those too that are configured and away. */
  includeOffline?: boolean;
}

type Of<A extends keyof ServerFrames> = ServerFrames[A];

export interface PosEvents extends ClientEvents {
  /** Every result once, whether or not a `pay()` waits for it. `late` ones correct an outcome that was told before. */
  result: PaymentResult;
  /** An approval that came after its payment was given up has been voided at the terminal. Every void once. */
  voided: Of<'paymentVoided'>;
  /** A stage of a payment, with the extension `progress`. News: one may be lost. */
  progress: Of<'paymentStatus'>;
  /** A terminal has come, dropped or gone. News: one may be lost. */
  status: Of<'terminalStatusUpdate'>;
}

const REMEMBERED_EVENTS = 10_000;
const MOST_FRAME_BYTES = 131_072;
const CANCEL_AGAIN_MS = 500;
/** As the gateway has it: a longer id is refused without saying whose it was. */
const MAX_ID_LENGTH = 128;

/** A till: asks for payments and brings each to its outcome, across lost connections and lost gateways. */
export class Pos extends Client<PosEvents> {
  private readonly desk: PaymentDesk;
  private readonly questions: Questions;
  private readonly order = new RequestOrder();
  private readonly knownEvents = new RecentSet(REMEMBERED_EVENTS);

  constructor(private readonly options: PosOptions) {
    super(options);
    this.desk = new PaymentDesk(this.connection, this.order, options.lookEveryMs ?? 15_000);
    this.questions = new Questions((frame) => this.send(frame));
  }

  /**
   * Resolves with the outcome of a payment, `FAILED` and `CANCELLED` too. However often it has to be asked for, and whoever else
   * asks under the same id, the terminal gets it at most once. To stop waiting does not stop the payment: see {@link cancel}.
   * @throws Refused if it was not taken on, TimedOut, ConnectionEnded, or the reason of the signal; `retrySafe` of the first three
   *   tells whether the terminal can have the payment
   */
  pay({ terminalId, paymentRequest }: PaymentOrder, wait: WaitOptions = {}): Promise<PaymentResult> {
    const hasNewId = paymentRequest.transactionId === undefined;
    const transactionId = paymentRequest.transactionId ?? newTransactionId();
    const request = { ...paymentRequest, transactionId };
    const problem = this.problemOf(terminalId, request, hasNewId);
    if (problem) return Promise.reject(problem);
    const ended = this.open();
    return ended
      ? Promise.reject(ended.about({ transactionId }))
      : this.desk.pay(terminalId, request, hasNewId, wait);
  }

  /**
   * Asks to cancel a payment. `UNKNOWN`: the terminal is away or silent, and the payment goes on.
   * @throws Refused with `TRANSACTION_NOT_FOUND`, TimedOut, ConnectionEnded, or the reason of the signal
   */
  cancel(transactionId: string, wait: WaitOptions = {}): Promise<CancelOutcome> {
    return this.ask({ action: ClientAction.cancelPayment, transactionId }, transactionId, wait);
  }

  /** @throws Refused with `TRANSACTION_NOT_FOUND`, TimedOut, ConnectionEnded, or the reason of the signal */
  transaction(transactionId: string, wait: WaitOptions = {}): Promise<Transaction> {
    return this.ask({ action: ClientAction.getTransaction, transactionId }, transactionId, wait);
  }

  /**
   * The terminals of the group that are there or have just dropped; with `includeOffline` all that are configured.
   * @throws Refused, TimedOut, ConnectionEnded, or the reason of the signal
   */
  async terminals({ includeOffline = false, ...wait }: TerminalsOptions = {}): Promise<TerminalEntry[]> {
    // An answer does not tell which of the two lists it is, so only the longer one is ever asked for.
    const question = { action: ClientAction.getTerminals, includeOffline: true } as const;
    const all = await this.ask<TerminalEntry[]>(question, '', wait);
    return includeOffline ? all : all.filter(({ status }) => status !== 'offline');
  }

  /** Tells the gateway that a push has been processed. Lost without a connection: the push then comes again. */
  ack(eventId: string): void {
    this.connection.send({ action: ClientAction.ack, eventId });
  }

  protected override onReady(): void {
    this.order.reset();
    this.desk.onReady();
    this.questions.onReady();
  }

  protected override onLost(): void {
    this.desk.onLost();
  }

  protected override onEnded(error: ConnectionEnded): void {
    this.desk.onEnded(error);
    this.questions.onEnded(error);
  }

  protected override onFrame(frame: ServerFrame): void {
    switch (frame.action) {
      case ServerAction.paymentComplete: {
        const result = resultOf(frame);
        this.order.settled(result.transactionId);
        this.pushed('result', result);
        return this.desk.onResult(result);
      }
      case ServerAction.paymentVoided:
        return this.pushed('voided', frame);
      case ServerAction.transactionResponse:
        this.order.lookAnswered(frame.transaction.transactionId);
        this.desk.onTransaction(frame.transaction);
        return this.questions.answer('getTransaction', frame.transaction.transactionId, frame.transaction);
      case ServerAction.cancelResponse:
        return this.questions.answer('cancelPayment', frame.transactionId, frame.status);
      case ServerAction.terminalsResponse:
        return this.questions.answer('getTerminals', '', frame.terminals);
      case ServerAction.paymentStatus:
        return void this.emit('progress', frame);
      case ServerAction.terminalStatusUpdate:
        return void this.emit('status', frame);
      case ServerAction.error:
        return this.onRefused(frame);
      default:
        // Not for tills, or of a newer gateway.
        return undefined;
    }
  }

  /** A push comes at least once, its event exactly once. */
  private pushed<K extends 'result' | 'voided'>(name: K, push: PosEvents[K]): void {
    if (!this.knownEvents.add(push.eventId)) return;
    void this.emit(name, push).then((wentWell) => {
      if (wentWell && this.options.autoAck) this.ack(push.eventId);
    });
  }

  private onRefused(frame: ErrorFrame): void {
    switch (frame.requestAction) {
      case ClientAction.payment:
        return this.onPaymentRefused(frame);
      case ClientAction.getTransaction:
        return this.onLookRefused(frame);
      case ClientAction.cancelPayment:
        return this.onCancelRefused(frame);
      case undefined:
        // A rate limit, for one: it can not be told what was refused.
        this.desk.lookAtAll(frame.retryAfterMs);
        this.questions.askAgain(frame.retryAfterMs);
        return void this.emit('error', Refused.by(frame));
      default:
        return this.questions.onRefused(frame);
    }
  }

  private onPaymentRefused(frame: ErrorFrame): void {
    const transactionId = this.order.paymentRefused(frame.transactionId);
    if (transactionId !== undefined) this.desk.onRefused(transactionId, frame);
    else this.desk.lookAtAll(frame.retryAfterMs);
  }

  private onLookRefused(frame: ErrorFrame): void {
    const { transactionId } = frame;
    if (frame.code === 'TRANSACTION_NOT_FOUND' && transactionId !== undefined) {
      this.order.lookAnswered(transactionId);
      this.desk.onMissing(transactionId);
    } else {
      const refused = this.order.lookRefused();
      if (refused !== undefined) this.desk.onLookRefused(refused, frame.retryAfterMs);
    }
    this.questions.onRefused(frame);
  }

  private onCancelRefused(frame: ErrorFrame): void {
    const isAboutToBeAsked = frame.transactionId !== undefined && this.desk.has(frame.transactionId);
    if (frame.code === 'TRANSACTION_NOT_FOUND' && isAboutToBeAsked) {
      // It must not slip through.
      this.questions.askAgain(CANCEL_AGAIN_MS);
    } else this.questions.onRefused(frame);
  }

  private send(frame: ClientFrame): void {
    const isSent = this.connection.send(frame);
    if (isSent && frame.action === ClientAction.getTransaction) this.order.lookSent(frame.transactionId);
  }

  private ask<T>(frame: ClientFrame, subject: string, wait: WaitOptions): Promise<T> {
    const ended = this.open();
    return ended
      ? Promise.reject(ended.about({ transactionId: subject }))
      : this.questions.ask(frame, subject, wait);
  }

  /** What would be refused in a way that can not be matched to its payment, or would end the connection. */
  private problemOf(terminalId: unknown, request: AcceptedPaymentRequest, retrySafe: boolean) {
    const { transactionId } = request;
    const facts = { transactionId, retrySafe };
    if (typeof terminalId !== 'string' || terminalId === '') {
      return new Refused('TERMINAL_ID_REQUIRED', 'terminalId is required', facts);
    }
    if (typeof transactionId !== 'string' || transactionId === '' || transactionId.length > MAX_ID_LENGTH) {
      const message = 'paymentRequest.transactionId must be a string of 1 to 128 characters';
      return new Refused('VALIDATION_FAILED', message, { retrySafe });
    }
    const frame = JSON.stringify({ action: ClientAction.payment, terminalId, paymentRequest: request });
    return new TextEncoder().encode(frame).length > (this.options.maxFrameBytes ?? MOST_FRAME_BYTES)
      ? new Refused('FRAME_TOO_LARGE', 'The payment is longer than a frame may be', facts)
      : undefined;
  }
}
