import { Random } from '../../simulator/src/devices/random.js';
import { Line, type Frame, type LineOptions } from './line.js';

type Status = 'SUCCESS' | 'FAILED' | 'CANCELLED';

/** A payment that the terminal has. */
interface Held {
  /** Undefined while the customer is at it. */
  status?: Status;
  acknowledged: boolean;
  voided: boolean;
  sentAt: number;
  repeats: number;
}

/** What a terminal is like; what it does with one payment depends on the seed and the payment alone. */
export interface Manner {
  seed: number;
  /** `PAYMENT_TIMEOUT_MS` of the gateway: a few payments take longer. */
  paymentTimeoutMs: number;
}

/** Payments of this kind are approved at once, to measure how long the way takes. */
export const CANARY = 'canary';

const RESEND_MS = 1_500;
const RESEND_LIMIT_MS = 12_000;
const SAY_AGAIN_MS = 500;
/** Answers without an acknowledgement, given this short before an error, are given again. */
const RECENT_MS = 6_000;

/**
 * A card terminal as the contract wants it: it keeps what it got and what it decided whatever happens to its connection, takes
 * a known payment for the same one, keeps each result until it is acknowledged, and tells the truth when it is asked.
 */
export class Terminal extends Line {
  private readonly held = new Map<string, Held>();
  /** Voids and inquiries answered lately. */
  private readonly said = new Map<string, { at: number; frame: object }>();
  private readonly resender: NodeJS.Timeout;

  constructor(
    options: LineOptions,
    private readonly manner: Manner,
  ) {
    super(options);
    this.resender = setInterval(() => this.resend(), RESEND_MS / 3);
  }

  override stop(): void {
    clearInterval(this.resender);
    super.stop();
  }

  /** Payments without a decision, and results that the gateway has not acknowledged. */
  get unsettled(): string[] {
    return [...this.held].filter(([, held]) => !held.status || !held.acknowledged).map(([tx]) => tx);
  }

  protected override onOpen(): void {
    this.said.clear();
    for (const [tx, held] of this.held) if (held.status && !held.acknowledged) this.respond(tx, held);
  }

  protected override onFrame(frame: Frame): void {
    const tx = frame.transactionId ?? '';
    switch (frame.action) {
      case 'payment':
        return this.onPayment(tx);
      case 'paymentInquiry':
        return this.onInquiry(tx);
      case 'paymentResponseAck':
        return this.onAcknowledged(tx);
      case 'voidPayment':
        return this.onVoid(tx);
      case 'cancelPayment':
        return this.onCancel(tx);
      case 'error':
        return this.onError(frame);
    }
  }

  private onPayment(tx: string): void {
    this.journal.add({ what: 'received', tx, connection: this.connections });
    const known = this.held.get(tx);
    if (known) {
      if (known.status) this.respond(tx, known);
      return;
    }
    this.held.set(tx, { acknowledged: false, voided: false, sentAt: 0, repeats: 0 });
    const { status, afterMs } = this.plan(tx);
    if (afterMs === 0) this.decide(tx, status);
    else setTimeout(() => this.decide(tx, status), afterMs).unref();
  }

  private plan(tx: string): { status: Status; afterMs: number } {
    if (tx.startsWith(CANARY)) return { status: 'SUCCESS', afterMs: 0 };
    const random = new Random(this.manner.seed, tx);
    const status = random.weighted({ SUCCESS: 88, FAILED: 10, CANCELLED: 2 });
    switch (random.weighted({ fast: 880, slow: 118, asleep: 2 })) {
      case 'fast':
        return { status, afterMs: random.int(0, 30) };
      case 'slow':
        return { status, afterMs: random.int(100, 3_000) };
      case 'asleep':
        return { status, afterMs: this.manner.paymentTimeoutMs + random.int(500, 2_500) };
    }
  }

  private decide(tx: string, status: Status): void {
    const held = this.held.get(tx)!;
    if (held.status) return;
    held.status = status;
    this.journal.add({ what: 'decided', tx, status });
    this.respond(tx, held);
  }

  private respond(tx: string, held: Held): void {
    const paymentResponse = { transactionId: tx, status: held.status, authorizationCode: `auth-${tx}` };
    if (!this.send({ action: 'paymentResponse', transactionId: tx, paymentResponse })) return;
    held.sentAt = Date.now();
    this.journal.add({ what: 'responded', tx, status: held.status!, connection: this.connections });
  }

  private onInquiry(tx: string): void {
    this.journal.add({ what: 'inquired', tx, connection: this.connections });
    const held = this.held.get(tx);
    if (held?.status) {
      this.respond(tx, held);
    } else if (held) {
      this.send({ action: 'paymentProgress', transactionId: tx, stage: 'WAITING_FOR_CARD' });
    } else {
      this.journal.add({ what: 'unknown', tx, connection: this.connections });
      this.say(tx, { action: 'paymentUnknown', transactionId: tx });
    }
  }

  private onAcknowledged(tx: string): void {
    const held = this.held.get(tx);
    if (!held || held.acknowledged) return;
    held.acknowledged = true;
    this.journal.add({ what: 'acknowledged', tx });
  }

  private onVoid(tx: string): void {
    this.journal.add({ what: 'void-asked', tx, connection: this.connections });
    const held = this.held.get(tx);
    if (held?.status !== 'SUCCESS') {
      this.journal.add({ what: 'void-senseless', tx });
      return;
    }
    if (!held.voided && this.random.chance(0.05)) {
      this.journal.add({ what: 'void-refused', tx });
      this.say(tx, { action: 'voidResponse', transactionId: tx, status: 'FAILED', errorCode: 'BUSY' });
      return;
    }
    if (!held.voided) this.journal.add({ what: 'voided', tx });
    held.voided = true;
    this.say(tx, { action: 'voidResponse', transactionId: tx, status: 'SUCCESS' });
  }

  private onCancel(tx: string): void {
    const held = this.held.get(tx);
    // Whoever never had it can not say anything about it; silence is allowed.
    if (!held) return;
    const cancels = held.status === undefined && this.random.chance(0.5);
    if (cancels) {
      held.status = 'CANCELLED';
      held.sentAt = Date.now();
      this.journal.add({ what: 'decided', tx, status: 'CANCELLED' });
    }
    const status = held.status === 'CANCELLED' ? 'CANCELLED' : 'TOO_LATE';
    this.send({ action: 'cancelResponse', transactionId: tx, status });
  }

  /** Says something that the gateway does not acknowledge; it is said again if an error shows that it was not heard. */
  private say(tx: string, frame: object): void {
    this.said.set(tx, { at: Date.now(), frame });
    this.send(frame);
  }

  private onError({ code, requestAction, transactionId }: Frame): void {
    this.journal.add({ what: 'refused', code, ...(transactionId && { tx: transactionId }) });
    if (requestAction !== 'voidResponse' && requestAction !== 'paymentUnknown') return;
    if (code !== 'STORE_UNAVAILABLE' && code !== 'INTERNAL_ERROR') return;
    const connection = this.connections;
    setTimeout(() => connection === this.connections && this.sayAgain(), SAY_AGAIN_MS).unref();
  }

  private sayAgain(): void {
    for (const [tx, { at, frame }] of this.said) {
      const isTrue = (frame as Frame).action !== 'paymentUnknown' || !this.held.has(tx);
      if (isTrue && Date.now() - at < RECENT_MS) this.send(frame);
      else this.said.delete(tx);
    }
  }

  private resend(): void {
    if (!this.isOpen) return;
    for (const [tx, held] of this.held) {
      if (!held.status || held.acknowledged) continue;
      const pause = Math.min(RESEND_LIMIT_MS, RESEND_MS * 2 ** held.repeats);
      if (Date.now() - held.sentAt < pause) continue;
      held.repeats++;
      this.respond(tx, held);
    }
  }
}
