import type { FinalResponseStatus } from '../../src/protocol/actions.js';
import type { AcceptedPaymentRequest, PaymentResponse } from './frames.js';

/** How a payment ended at the terminal. */
export type FinalResponse = PaymentResponse & { status: FinalResponseStatus };

/** A payment that the terminal was given: plain data, for a store to keep. */
export interface HeldPayment {
  transactionId: string;
  terminalId: string;
  request: AcceptedPaymentRequest;
  /** ISO 8601. */
  receivedAt: string;
  /** Absent while the payment is under way. */
  response?: FinalResponse;
  /** The gateway has the response. */
  acknowledged?: true;
  voided?: true;
}

/**
 * Where a terminal keeps its payments. Each is saved before the handler gets it, with its response before that is told, and once
 * more with each later change. What a store forgets can be charged twice.
 */
export interface TerminalStore {
  /** Everything that was saved and not removed. */
  load(): Promise<Iterable<HeldPayment>> | Iterable<HeldPayment>;
  /** Replaces what was saved under this id. Must have it for good when it resolves. */
  save(payment: HeldPayment): Promise<void> | void;
  remove(transactionId: string): Promise<void> | void;
}

/** Leaves room for what else is in the frame. */
const MOST_RESPONSE_BYTES = 120_000;

/** A response as JSON has it, with what can not be told left out: what matters is that the outcome gets through. */
export function tellable(response: FinalResponse): FinalResponse {
  try {
    const text = JSON.stringify(response);
    const isShort = new TextEncoder().encode(text).length <= MOST_RESPONSE_BYTES;
    return isShort ? (JSON.parse(text) as FinalResponse) : tellable(reduced(response) ?? response);
  } catch {
    return { status: response.status };
  }
}

/** The response with less in it: first without the receipt, then with nothing but the status; undefined if that is all. */
export function reduced({ status, receiptData, ...others }: FinalResponse): FinalResponse | undefined {
  if (receiptData !== undefined) return { status, ...others };
  return Object.keys(others).length > 0 ? { status } : undefined;
}

/** Payments by id, in memory and in the store. */
export class HeldPayments {
  private readonly payments = new Map<string, HeldPayment>();

  constructor(
    private readonly store: TerminalStore | undefined,
    private readonly keepMs: number,
  ) {}

  get all(): Iterable<HeldPayment> {
    return this.payments.values();
  }

  get(transactionId: string): HeldPayment | undefined {
    return this.payments.get(transactionId);
  }

  /** @throws whatever the store throws */
  async load(): Promise<void> {
    for (const payment of (await this.store?.load()) ?? []) {
      if (!this.payments.has(payment.transactionId)) {
        this.payments.set(payment.transactionId, { ...payment });
      }
    }
  }

  /** Known from now on, whether or not the store can keep it. @throws whatever the store throws */
  async add(payment: HeldPayment): Promise<void> {
    this.payments.set(payment.transactionId, payment);
    await this.save(payment);
  }

  /** @throws whatever the store throws */
  async save(payment: HeldPayment): Promise<void> {
    await this.store?.save({ ...payment });
  }

  /** Forgets what is settled and so old that nobody asks for it any more. @throws whatever the store throws */
  async prune(): Promise<void> {
    const oldest = Date.now() - this.keepMs;
    for (const { transactionId, acknowledged, receivedAt } of this.payments.values()) {
      // In the order in which they came.
      if (Date.parse(receivedAt) >= oldest) return;
      if (!acknowledged) continue;
      this.payments.delete(transactionId);
      await this.store?.remove(transactionId);
    }
  }
}
