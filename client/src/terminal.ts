import { ClientAction, ServerAction } from '../../src/protocol/actions.js';
import { Client, type ClientEvents } from './client.js';
import type { ConnectionOptions } from './connection.js';
import { Refused, type ConnectionEnded } from './errors.js';
import type { ClientFrame, ErrorFrame, ServerFrame, ServerFrames, StoredResponse } from './frames.js';
import {
  HeldPayments,
  tellable,
  type FinalResponse,
  type HeldPayment,
  type TerminalStore,
} from './held-payments.js';
import { failure, PaymentWork, type PaymentHandler, type TerminalPayment } from './payment-work.js';
import { isPassing } from './refusals.js';
import { ResultDesk } from './result-desk.js';

/** An approval that is to be undone. */
export interface VoidOrder {
  transactionId: string;
  terminalId: string;
  /** What the gateway was told by this terminal. */
  paymentResponse: StoredResponse;
}

export interface TerminalOptions extends ConnectionOptions {
  /**
   * Carries out a payment and gives its result. Called at most once for each `transactionId`. What it throws says that the card
   * was not charged and becomes `FAILED` with `TERMINAL_ERROR`, or `CANCELLED` when the till had asked for that.
   */
  onPayment: PaymentHandler;
  /** Undoes an approval; resolves when that is certain. What it throws is told as a refusal, and the void comes again later. */
  onVoid?: (order: VoidOrder) => Promise<void> | void;
  /**
   * Tells what became of a payment whose handler was interrupted by the end of the process. Without it such a payment stays open
   * until the gateway gives it up.
   */
  onInterrupted?: (payment: TerminalPayment) => Promise<FinalResponse> | FinalResponse;
  /** Where payments are kept; default: in memory, where the end of the process loses them. */
  store?: TerminalStore;
  /** How long a settled payment is remembered, ms; default 72 h. At least as long as the gateway keeps transactions. */
  keepMs?: number;
}

export interface TerminalEvents extends ClientEvents {
  /** The gateway has the result of this payment. */
  acknowledged: { transactionId: string };
}

const KEEP_MS = 72 * 3_600_000;
const SAY_AGAIN_MS = 500;
/** How long something that has no acknowledgement may be said again. */
const RECENT_MS = 10_000;

/** A card terminal: gives each payment to its handler once, and keeps each result until the gateway has it. */
export class Terminal extends Client<TerminalEvents> {
  private readonly held: HeldPayments;
  private readonly results: ResultDesk;
  private readonly atWork = new Map<string, PaymentWork>();
  private readonly voiding = new Set<string>();
  /** What was said lately and is not acknowledged by the gateway, by action and payment. */
  private readonly said = new Map<string, { at: number; frame: ClientFrame & { transactionId: string } }>();
  private loading: Promise<void> | undefined;

  constructor(private readonly options: TerminalOptions) {
    super(options);
    this.held = new HeldPayments(options.store, options.keepMs ?? KEEP_MS);
    this.results = new ResultDesk(this.connection, (payment) => this.onAcknowledged(payment));
  }

  /** What the store has comes first: a terminal that does not know its payments must not be given any. */
  protected override async prepare(): Promise<void> {
    this.loading ??= this.load().catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    });
    await this.loading;
  }

  protected override onReady(): void {
    this.said.clear();
    this.results.onReady(this.held.all);
  }

  protected override onLost(): void {
    this.results.onLost();
  }

  protected override onEnded(_error: ConnectionEnded): void {
    this.results.onLost();
  }

  protected override onFrame(frame: ServerFrame): void {
    switch (frame.action) {
      case ServerAction.payment:
        return this.attempt(() => this.onPayment(frame));
      case ServerAction.paymentInquiry:
        return this.onInquiry(frame.transactionId);
      case ServerAction.paymentResponseAck:
        return this.results.onAck(this.held.get(frame.transactionId));
      case ServerAction.cancelPayment:
        return this.onCancel(frame.transactionId);
      case ServerAction.voidPayment:
        return this.attempt(() => this.onVoid(frame));
      case ServerAction.error:
        return this.onRefused(frame);
      default:
        // Not for terminals, or of a newer gateway.
        return undefined;
    }
  }

  private async load(): Promise<void> {
    await this.held.load();
    for (const payment of this.held.all) {
      if (!payment.response) this.attempt(() => this.onInterrupted(payment));
    }
  }

  private async onInterrupted(payment: HeldPayment): Promise<void> {
    const { transactionId, terminalId, request } = payment;
    const response = await this.options.onInterrupted?.({ transactionId, terminalId, request });
    if (response) await this.decide(payment, response);
  }

  private async onPayment({ transactionId, terminalId, paymentRequest }: ServerFrames['payment']) {
    const known = this.held.get(transactionId);
    if (known) {
      if (known.response) this.results.send(known);
      return;
    }
    const receivedAt = new Date().toISOString();
    const payment: HeldPayment = { transactionId, terminalId, request: paymentRequest, receivedAt };
    try {
      await this.held.add(payment);
    } catch (error) {
      // Whoever can not remember a payment must not carry it out.
      this.report(error);
      return this.decide(
        payment,
        failure('TERMINAL_STORE_FAILED', 'The terminal could not keep the payment'),
      );
    }
    await this.carryOut(payment);
  }

  private async carryOut(payment: HeldPayment): Promise<void> {
    const { transactionId } = payment;
    const work = new PaymentWork(payment, (stage, message) => this.progress(transactionId, stage, message));
    this.atWork.set(transactionId, work);
    const response = await work.run(this.options.onPayment, (error) => this.report(error));
    this.atWork.delete(transactionId);
    await this.decide(payment, response, work.isCancelAsked);
  }

  private async decide(payment: HeldPayment, response: FinalResponse, isCancelAsked = false): Promise<void> {
    payment.response = tellable(response);
    // Known by now whatever happens: the gateway must hear it even if the store does not take it.
    await this.held.save(payment).catch((error: unknown) => this.report(error));
    if (isCancelAsked) this.answerCancel(payment.transactionId, response);
    this.results.send(payment);
    await this.held.prune();
  }

  private onInquiry(transactionId: string): void {
    const payment = this.held.get(transactionId);
    if (!payment) {
      this.say({ action: ClientAction.paymentUnknown, transactionId });
    } else if (payment.response) {
      this.results.send(payment);
    } else {
      this.progress(transactionId, this.atWork.has(transactionId) ? 'AT_WORK' : 'INTERRUPTED');
    }
  }

  private onCancel(transactionId: string): void {
    const payment = this.held.get(transactionId);
    // Who never had it can not say anything about it.
    if (!payment) return;
    const isOpen = this.atWork.get(transactionId)?.cancel() ?? false;
    if (!isOpen) this.answerCancel(transactionId, payment.response);
  }

  private answerCancel(transactionId: string, response: FinalResponse | undefined): void {
    const status = response?.status === 'CANCELLED' ? 'CANCELLED' : 'TOO_LATE';
    this.say({ action: ClientAction.cancelResponse, transactionId, status });
  }

  private async onVoid({ transactionId, terminalId, paymentResponse }: ServerFrames['voidPayment']) {
    if (this.voiding.has(transactionId)) return;
    this.voiding.add(transactionId);
    try {
      const payment = this.held.get(transactionId);
      if (!payment?.voided) await this.undo({ transactionId, terminalId, paymentResponse }, payment);
      this.say({ action: ClientAction.voidResponse, transactionId, status: 'SUCCESS' });
    } catch (error) {
      this.report(error);
      const refusal = { errorCode: 'VOID_FAILED', errorMessage: 'The terminal could not void the payment' };
      this.say({ action: ClientAction.voidResponse, transactionId, status: 'FAILED', ...refusal });
    } finally {
      this.voiding.delete(transactionId);
    }
  }

  private async undo(order: VoidOrder, payment: HeldPayment | undefined): Promise<void> {
    const { onVoid } = this.options;
    if (!onVoid) throw new Error(`${order.transactionId} is to be voided, and there is no onVoid`);
    await onVoid(order);
    if (!payment) return;
    payment.voided = true;
    await this.held.save(payment).catch((error: unknown) => this.report(error));
  }

  private onAcknowledged(payment: HeldPayment): void {
    if (payment.acknowledged) return;
    payment.acknowledged = true;
    this.attempt(() => this.held.save(payment));
    void this.emit('acknowledged', { transactionId: payment.transactionId });
  }

  private onRefused(frame: ErrorFrame): void {
    const { requestAction } = frame;
    if (requestAction === ClientAction.paymentResponse) {
      const problem = this.results.onRefused(frame);
      if (problem) this.report(problem);
      return;
    }
    if (requestAction === undefined) this.results.onUnclear();
    if (isPassing(frame)) this.sayAgainLater(requestAction, frame.retryAfterMs);
    else this.report(Refused.by(frame));
  }

  private progress(transactionId: string, stage: string, message?: string): void {
    const words = message === undefined ? { stage } : { stage, message };
    this.connection.send({ action: ClientAction.paymentProgress, transactionId, ...words });
  }

  private say(frame: ClientFrame & { transactionId: string }): void {
    for (const [key, { at }] of this.said) if (Date.now() - at > RECENT_MS) this.said.delete(key);
    this.said.set(`${frame.action}/${frame.transactionId}`, { at: Date.now(), frame });
    this.connection.send(frame);
  }

  private sayAgainLater(action: string | undefined, leastMs = 0): void {
    const { number } = this.connection;
    setTimeout(() => this.connection.number === number && this.sayAgain(action), leastMs + SAY_AGAIN_MS);
  }

  private sayAgain(action: string | undefined): void {
    for (const [key, { at, frame }] of this.said) {
      const isFalse = frame.action === ClientAction.paymentUnknown && this.held.get(frame.transactionId);
      if (isFalse || Date.now() - at > RECENT_MS) this.said.delete(key);
      else if (action === undefined || action === frame.action) this.connection.send(frame);
    }
  }

  private attempt(work: () => Promise<void>): void {
    work().catch((error: unknown) => this.report(error));
  }

  private report(reason: unknown): void {
    void this.emit('error', reason instanceof Error ? reason : new Error(String(reason)));
  }
}
