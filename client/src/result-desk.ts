import { ClientAction } from '../../src/protocol/actions.js';
import { Backoff, type BackoffOptions } from './backoff.js';
import type { Connection } from './connection.js';
import { Refused } from './errors.js';
import type { ErrorFrame } from './frames.js';
import { reduced, type HeldPayment } from './held-payments.js';

interface Resend {
  backoff: Backoff;
  timer?: ReturnType<typeof setTimeout>;
}

/** With full jitter, and never sooner than {@link LEAST_MS}. */
const PAUSE: BackoffOptions = { baseMs: 2_000, capMs: 15_000 };
const LEAST_MS = 1_000;

/** Tells results until the gateway has them. Each has exactly one answer, and answers come in order. */
export class ResultDesk {
  /** Told on this connection and not yet answered, in order. */
  private unanswered: HeldPayment[] = [];
  private readonly resends = new Map<HeldPayment, Resend>();

  /** @param onAcknowledged told when the gateway has a result */
  constructor(
    private readonly connection: Connection,
    private readonly onAcknowledged: (payment: HeldPayment) => void,
  ) {}

  onReady(payments: Iterable<HeldPayment>): void {
    for (const payment of payments) if (payment.response && !payment.acknowledged) this.send(payment);
  }

  onLost(): void {
    this.resends.forEach(({ timer }) => clearTimeout(timer));
    this.resends.clear();
    this.unanswered = [];
  }

  /** Tells the result of a payment, now and until it is acknowledged. A repeated one changes nothing. */
  send(payment: HeldPayment): void {
    const { transactionId, response } = payment;
    if (!response || !this.connection.isReady) return;
    const paymentResponse = { ...response, transactionId };
    this.connection.send({ action: ClientAction.paymentResponse, transactionId, paymentResponse });
    this.unanswered.push(payment);
    this.schedule(payment);
  }

  /** @param payment undefined if it is none of this terminal */
  onAck(payment: HeldPayment | undefined): void {
    if (!payment) return;
    this.answered(payment);
    this.stop(payment);
    this.onAcknowledged(payment);
  }

  /** @returns what cannot be mended by saying it again */
  onRefused(frame: ErrorFrame): Refused | undefined {
    const payment = this.unanswered.find(({ transactionId }) => transactionId === frame.transactionId);
    const refused = payment ?? (frame.transactionId === undefined ? this.unanswered[0] : undefined);
    if (!refused) return undefined;
    this.answered(refused);
    if (frame.code === 'VALIDATION_FAILED') return this.onInvalid(refused, frame);
    if (frame.code !== 'TRANSACTION_NOT_FOUND') return undefined;
    // The gateway was told, and does not know the payment: once on each connection is enough.
    this.stop(refused);
    return Refused.by(frame);
  }

  /** Something was refused, and it can not be told what: every result is told again in its time. */
  onUnclear(): void {
    this.unanswered = [];
  }

  /** What the handler said beside the status is not understood. The outcome itself must get through all the same. */
  private onInvalid(payment: HeldPayment, frame: ErrorFrame): Refused {
    const response = reduced(payment.response!);
    this.stop(payment);
    if (response) {
      payment.response = response;
      this.send(payment);
    }
    return Refused.by(frame, payment.transactionId);
  }

  private answered(payment: HeldPayment): void {
    this.unanswered.splice(0, this.unanswered.indexOf(payment) + 1);
  }

  private schedule(payment: HeldPayment): void {
    const resend = this.resends.get(payment) ?? { backoff: new Backoff(PAUSE) };
    clearTimeout(resend.timer);
    resend.timer = setTimeout(() => this.send(payment), LEAST_MS + resend.backoff.next());
    this.resends.set(payment, resend);
  }

  private stop(payment: HeldPayment): void {
    clearTimeout(this.resends.get(payment)?.timer);
    this.resends.delete(payment);
  }
}
