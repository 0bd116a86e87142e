import type { AcceptedPaymentRequest } from './frames.js';
import type { FinalResponse, HeldPayment } from './held-payments.js';

/** A payment as the handler gets it. */
export interface TerminalPayment {
  transactionId: string;
  terminalId: string;
  request: AcceptedPaymentRequest;
}

/** What a handler can say and is told while it is at work. */
export interface PaymentContext {
  /** Aborted when the till wants to cancel. Its reason is a {@link PaymentCancelled}. */
  readonly signal: AbortSignal;
  /**
   * From here on the payment can not be cancelled: the till is told `TOO_LATE` at once. Call it right before the card is charged.
   * @throws PaymentCancelled if the till has asked before
   */
  commit(): void;
  /** Tells the till a stage, if there is a connection. @param stage 1 to 64 characters */
  progress(stage: string, message?: string): void;
}

/** The till has cancelled. A handler that throws it says that the card was not charged and will not be. */
export class PaymentCancelled extends Error {
  override readonly name = 'PaymentCancelled';

  constructor() {
    super('The till has cancelled this payment');
  }
}

export type PaymentHandler = (
  payment: TerminalPayment,
  context: PaymentContext,
) => Promise<FinalResponse> | FinalResponse;

const FINAL = ['SUCCESS', 'FAILED', 'CANCELLED'];

/** One run of a payment handler. */
export class PaymentWork {
  private readonly controller = new AbortController();
  private isCommitted = false;

  /** @param progress tells the till a stage */
  constructor(
    private readonly held: HeldPayment,
    private readonly progress: PaymentContext['progress'],
  ) {}

  /** Whether a till waits to hear if it was cancelled. */
  get isCancelAsked(): boolean {
    return this.controller.signal.aborted;
  }

  /** @returns false if it is too late */
  cancel(): boolean {
    if (this.isCommitted) return false;
    this.controller.abort(new PaymentCancelled());
    return true;
  }

  /** Runs the handler to its end. @param report told what went wrong, if something did */
  async run(handler: PaymentHandler, report: (error: unknown) => void): Promise<FinalResponse> {
    const { signal } = this.controller;
    const { transactionId, terminalId, request } = this.held;
    const context: PaymentContext = {
      signal,
      commit: () => {
        signal.throwIfAborted();
        this.isCommitted = true;
      },
      progress: this.progress,
    };
    try {
      const response = await handler({ transactionId, terminalId, request }, context);
      if (!FINAL.includes(response?.status)) throw new TypeError('The handler gave no final status');
      return response;
    } catch (error) {
      const mayCancel = signal.aborted && !this.isCommitted;
      if (mayCancel && isCancellation(error, signal)) return { status: 'CANCELLED' };
      report(error);
      return failure('TERMINAL_ERROR', 'The terminal could not carry out the payment');
    }
  }
}

export function failure(errorCode: string, errorMessage: string): FinalResponse {
  return { status: 'FAILED', errorCode, errorMessage };
}

/** What waits with the signal ends with its reason, or with an `AbortError` of its own. */
function isCancellation(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}
