import type { TransactionRecord } from './transaction.js';
import type { Watched } from './waits.js';

/**
 * Somebody who waits for a transaction. Either `ended` or `failed` is called, once, unless it leaves before. There may be
 * thousands, each with nothing but its fields: no promise, no closure, no signal of its own.
 */
export abstract class Wait {
  /** Whose key it was asked for with; undefined if its caller is not known by one. */
  keyId: string | undefined = undefined;
  /** While it lasts. */
  watched: Watched | undefined = undefined;
  timer: NodeJS.Timeout | undefined = undefined;
  /** Its time has passed: it gets the next record, whatever that says. */
  isOver = false;

  /** True for a record that ends the wait. */
  abstract isEnough(record: TransactionRecord): boolean;

  /** @param record enough, or as it is when the time is over; undefined if there is no such transaction */
  abstract ended(record: TransactionRecord | undefined): void;

  /** @param error StoreUnavailable if the store is away when the wait is over */
  abstract failed(error: unknown): void;
}

export interface WaitOptions {
  /** How long at the most. */
  ms: number;
  /** True for a record that ends the wait. */
  until(record: TransactionRecord): boolean;
  /** Aborted when the caller has gone: nobody reads the answer any more. */
  signal: AbortSignal;
}

/** A wait as a promise, for those of which there are few at a time. */
export class PromisedWait extends Wait {
  readonly promise: Promise<TransactionRecord | undefined>;
  ended!: (record: TransactionRecord | undefined) => void;
  failed!: (error: unknown) => void;

  constructor(private readonly options: WaitOptions) {
    super();
    this.promise = new Promise((resolve, reject) => {
      this.ended = resolve;
      this.failed = reject;
    });
  }

  isEnough(record: TransactionRecord): boolean {
    return this.options.until(record);
  }
}
