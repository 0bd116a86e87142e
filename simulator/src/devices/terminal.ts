import type { Times } from '../gateway/times.js';
import type { Frame } from '../wire/frame.js';
import { errorCodeOf, ruleFor, type Behaviour, type Rule } from './behaviours.js';
import { Line, type LineOptions } from './line.js';

type Status = 'SUCCESS' | 'FAILED' | 'CANCELLED';

/** A payment that the terminal has. */
interface Held {
  rule: Rule;
  /** Undefined while the customer is at it. */
  status?: Status;
  acknowledged: boolean;
  voided: boolean;
}

/** What all payments of a simulated terminal depend on. */
export interface Manner {
  rules: readonly Rule[];
  times: Pick<Times, 'graceMs' | 'heartbeatMs'>;
  /** How long a customer takes who takes long, ms. */
  slowMs: number;
}

const RESEND_MS = 2_000;
/** Beyond a time of the gateway, to be sure that it has noticed. */
const BEYOND_MS = 1_500;

/**
 * A card terminal that misbehaves on demand. Whatever its connection does, it takes a known id for the same payment, keeps a
 * result until it is acknowledged and owns up to what it has done.
 */
export class SimulatedTerminal extends Line {
  private readonly held = new Map<string, Held>();
  private readonly open = new Set<string>();
  /** Payments that it has lost on purpose; when they come again they are taken. */
  private readonly lost = new Set<string>();
  private readonly resender: NodeJS.Timeout;

  constructor(
    readonly deviceId: string,
    options: LineOptions,
    private readonly manner: Manner,
  ) {
    super(options);
    this.resender = setInterval(() => this.respondToOpen(), RESEND_MS);
  }

  override stop(): void {
    clearInterval(this.resender);
    super.stop();
  }

  /** Ids of payments without an acknowledged result, those aside that never get one. */
  get unsettled(): readonly string[] {
    return [...this.open];
  }

  protected override onOpen(): void {
    this.respondToOpen();
  }

  protected override onFrame(frame: Frame): void {
    const tx = frame.transactionId ?? '';
    switch (frame.action) {
      case 'payment':
        return this.onPayment(tx, frame.paymentRequest?.amount);
      case 'paymentInquiry':
        return this.onInquiry(tx);
      case 'paymentResponseAck':
        return this.onAcknowledged(tx);
      case 'cancelPayment':
        return this.onCancel(tx);
      case 'voidPayment':
        return this.onVoid(tx);
      case 'error':
        return this.journal.add({ what: 'refused', code: frame.code ?? '', ...(tx && { tx }) });
    }
  }

  private onPayment(tx: string, amount: unknown): void {
    this.journal.add({ what: 'received', tx });
    if (this.held.has(tx)) return this.respond(tx);
    const rule = ruleFor(this.manner.rules, this.deviceId, amount);
    if (rule.behaviour === 'drop-before-acknowledging' && !this.lost.has(tx)) {
      this.lost.add(tx);
      return this.cut();
    }
    this.held.set(tx, { rule, acknowledged: false, voided: false });
    const { behaviour, afterMs } = rule;
    if (behaviour !== 'never-acknowledges') this.open.add(tx);
    const isLong = behaviour === 'slow' || behaviour === 'pending';
    if (isLong) this.showStage(tx, behaviour);
    const delayMs = afterMs ?? (isLong ? this.manner.slowMs : 0);
    if (delayMs === 0) this.carryOut(tx, rule);
    else setTimeout(() => this.carryOut(tx, rule), delayMs).unref();
  }

  private showStage(tx: string, behaviour: Behaviour): void {
    if (behaviour === 'pending') this.send(response(tx, { status: 'PENDING' }));
    this.send({ action: 'paymentProgress', transactionId: tx, stage: 'WAITING_FOR_CARD' });
  }

  private carryOut(tx: string, rule: Rule): void {
    const { behaviour } = rule;
    if (behaviour === 'never-acknowledges') return;
    if (behaviour === 'cancel-on-terminal') return this.decide(tx, 'CANCELLED');
    if (behaviour === 'busy' || behaviour.startsWith('decline-')) return this.decide(tx, 'FAILED');
    const { graceMs, heartbeatMs } = this.manner.times;
    // What is done to the connection is done before the decision, so that it can not be sent.
    if (behaviour === 'drop-after-approval') this.cut();
    if (behaviour === 'late-result') this.cut(graceMs + BEYOND_MS);
    if (behaviour === 'half-open') this.hang(heartbeatMs + BEYOND_MS);
    if (behaviour === 'malformed-frame') this.send('{"action":"paymentResponse","paymentRes');
    this.decide(tx, 'SUCCESS');
    if (behaviour === 'duplicate-result') [1, 2].forEach(() => this.respond(tx));
    if (behaviour === 'contradicting-result') {
      this.send(response(tx, { status: 'FAILED', errorCode: 'SECOND_THOUGHTS' }));
    }
  }

  private decide(tx: string, status: Status): void {
    const held = this.held.get(tx)!;
    if (held.status) return;
    held.status = status;
    this.journal.add({ what: 'decided', tx, status });
    this.respond(tx);
  }

  /** Says what it has decided, if it has. */
  private respond(tx: string): void {
    const { status, rule } = this.held.get(tx)!;
    if (!status) return;
    const details = {
      SUCCESS: { authorizationCode: `SIM-${tx.slice(-6)}` },
      FAILED: { errorCode: errorCodeOf(rule), errorMessage: 'Declined by the simulated terminal' },
      CANCELLED: { errorMessage: 'Cancelled at the simulated terminal' },
    }[status];
    if (this.send(response(tx, { status, ...details }))) this.journal.add({ what: 'responded', tx, status });
  }

  private respondToOpen(): void {
    for (const tx of this.open) this.respond(tx);
  }

  private onInquiry(tx: string): void {
    this.journal.add({ what: 'inquired', tx });
    const held = this.held.get(tx);
    if (held?.rule.behaviour === 'never-acknowledges') return;
    if (held?.status) return this.respond(tx);
    if (held) {
      this.send({ action: 'paymentProgress', transactionId: tx, stage: 'WAITING_FOR_CARD' });
    } else if (this.send({ action: 'paymentUnknown', transactionId: tx })) {
      this.journal.add({ what: 'disowned', tx });
    }
  }

  private onAcknowledged(tx: string): void {
    const held = this.held.get(tx);
    // PENDING is acknowledged too, and settles nothing.
    if (!held?.status || held.acknowledged) return;
    held.acknowledged = true;
    this.open.delete(tx);
    this.journal.add({ what: 'acknowledged', tx });
  }

  private onCancel(tx: string): void {
    const held = this.held.get(tx);
    if (!held || held.rule.behaviour === 'never-acknowledges') return;
    if (held.status === undefined) {
      held.status = 'CANCELLED';
      held.acknowledged = true;
      this.open.delete(tx);
      this.journal.add({ what: 'decided', tx, status: 'CANCELLED' });
    }
    const status = held.status === 'CANCELLED' ? 'CANCELLED' : 'TOO_LATE';
    this.send({ action: 'cancelResponse', transactionId: tx, status });
  }

  private onVoid(tx: string): void {
    this.journal.add({ what: 'void-asked', tx });
    const held = this.held.get(tx);
    if (held?.status !== 'SUCCESS') return this.journal.add({ what: 'void-senseless', tx });
    if (!held.voided) this.journal.add({ what: 'voided', tx });
    held.voided = true;
    this.send({ action: 'voidResponse', transactionId: tx, status: 'SUCCESS' });
  }
}

function response(tx: string, members: { status: string; [member: string]: unknown }): object {
  return { action: 'paymentResponse', transactionId: tx, paymentResponse: { transactionId: tx, ...members } };
}
