import { computed, signal } from '@preact/signals';
import { Terminal, type FinalResponse, type PaymentContext, type TerminalPayment } from '../api/contract.js';
import { Cable, type OpenWire } from './cable.js';
import type { FrameEntry } from './frame-entry.js';
import { FrameLog } from './frame-log.js';
import { BACKOFF, endState, type LineState } from './line-state.js';
import type { DeviceTarget } from './till-desk.js';

/** What the display of the terminal shows. */
export interface Display {
  phase: 'idle' | 'asking' | 'approved' | 'declined' | 'cancelled' | 'voided';
  transactionId?: string;
  amount?: string;
  currency?: string;
  /** The gateway has not confirmed the result yet: it is kept, and told again after a reconnect. */
  isKept?: boolean;
}

/** Approves by itself after so many seconds. */
export interface Automatic {
  isOn: boolean;
  seconds: number;
}

/** Reasons for which cards are declined. */
export const DECLINES = [
  { errorCode: 'DECLINED', errorMessage: 'Declined by the issuer' },
  { errorCode: 'INSUFFICIENT_FUNDS', errorMessage: 'Insufficient funds' },
  { errorCode: 'EXPIRED_CARD', errorMessage: 'The card has expired' },
  { errorCode: 'WRONG_PIN', errorMessage: 'Wrong PIN' },
] as const;

const PHASE = { SUCCESS: 'approved', FAILED: 'declined', CANCELLED: 'cancelled' } as const;

/**
 * The terminal of the playground: the client library's terminal, with the user as the one who decides. The library answers
 * inquiries and voids, and keeps each result until the gateway has it.
 */
export class TerminalDesk {
  readonly line = signal<LineState>({ kind: 'off' });
  readonly isCableCut = signal(false);
  readonly display = signal<Display>({ phase: 'idle' });
  readonly automatic = signal<Automatic>({ isOn: false, seconds: 2 });
  readonly isAsking = computed(() => this.display.value.phase === 'asking');
  readonly log = new FrameLog();
  private readonly cable: Cable;
  private readonly terminal: Terminal;
  /** Ends the payment that is on the display. */
  private answer: ((response: FinalResponse) => void) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param tell hears of every entry of the log too */
  constructor(target: DeviceTarget, openWire: OpenWire, tell: (entry: FrameEntry) => void) {
    this.cable = new Cable(openWire, (entry) => {
      this.log.add(entry);
      tell(entry);
    });
    this.terminal = new Terminal({
      ...target,
      backoff: BACKOFF,
      webSocket: this.cable.socketClass,
      onPayment: (payment, context) => this.ask(payment, context),
      onVoid: ({ transactionId, paymentResponse: { amount, currency } }) => {
        this.display.value = { phase: 'voided', transactionId, amount: String(amount), currency };
      },
    });
    this.listen();
  }

  connect(): void {
    this.line.value = { kind: 'connecting' };
    // Whatever comes of it is told by the events.
    this.terminal.connect().catch(() => {});
  }

  disconnect(): void {
    this.terminal.close();
  }

  cutCable(isCut: boolean): void {
    this.isCableCut.value = isCut;
    if (isCut) this.cable.cut();
    else this.cable.plugIn();
  }

  approve(): void {
    const authorizationCode = String(Math.floor(100_000 + Math.random() * 900_000));
    this.decide({ status: 'SUCCESS', authorizationCode });
  }

  /** @param index in {@link DECLINES} */
  decline(index: number): void {
    this.decide({ status: 'FAILED', ...(DECLINES[index] ?? DECLINES[0]) });
  }

  cancel(): void {
    this.decide({ status: 'CANCELLED' });
  }

  setAutomatic(automatic: Automatic): void {
    this.automatic.value = automatic;
    this.approveLater();
  }

  private listen(): void {
    this.terminal.on('connected', () => (this.line.value = { kind: 'on' }));
    this.terminal.on('disconnected', ({ code }) => (this.line.value = { kind: 'waiting', code }));
    this.terminal.on('ended', (error) => (this.line.value = endState(error)));
    this.terminal.on('acknowledged', ({ transactionId }) => {
      const { isKept: _isKept, ...shown } = this.display.value;
      if (shown.transactionId === transactionId) this.display.value = shown;
    });
    // A refused attempt or an unclear answer stands in the log as it came.
    this.terminal.on('error', () => {});
  }

  private ask(payment: TerminalPayment, { signal: cancelled }: PaymentContext): Promise<FinalResponse> {
    // The gateway sends one at a time; an older one that nobody decided was given up by it.
    this.cancel();
    const { transactionId } = payment;
    const { amount, currency } = payment.request;
    this.display.value = { phase: 'asking', transactionId, amount: String(amount), currency };
    return new Promise<FinalResponse>((resolve) => {
      this.answer = resolve;
      cancelled.addEventListener('abort', () => this.answer === resolve && this.cancel());
      this.approveLater();
    });
  }

  private decide(response: FinalResponse): void {
    clearTimeout(this.timer);
    const { answer } = this;
    if (!answer) return;
    this.answer = undefined;
    this.display.value = { ...this.display.value, phase: PHASE[response.status], isKept: true };
    answer(response);
  }

  private approveLater(): void {
    clearTimeout(this.timer);
    const { isOn, seconds } = this.automatic.value;
    if (isOn && this.answer) this.timer = setTimeout(() => this.approve(), seconds * 1_000);
  }
}
