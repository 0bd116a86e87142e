import type { FieldProblem } from '../../src/protocol/errors.js';
import type { ErrorFrame } from './frames.js';

/** What is known of the payment that a call was about. */
interface PaymentFacts {
  transactionId?: string | undefined;
  /** True only if the terminal does not have the payment and will not get it, unless it is asked for again. */
  retrySafe?: boolean | undefined;
}

abstract class ClientError extends Error {
  readonly transactionId: string | undefined;
  /** True only if the terminal does not have the payment and will not get it, unless it is asked for again. */
  readonly retrySafe: boolean;

  constructor(message: string, { transactionId, retrySafe }: PaymentFacts = {}, options?: ErrorOptions) {
    super(message, options);
    this.transactionId = transactionId;
    this.retrySafe = retrySafe === true;
  }
}

/** The gateway, or the client in its place, did not take a request on. */
export class Refused extends ClientError {
  override readonly name = 'Refused';

  /** @param code of the catalogue of the gateway, or `FRAME_TOO_LARGE` */
  constructor(
    readonly code: string,
    message: string,
    facts: PaymentFacts = {},
    /** Every offending field, if it was about fields. */
    readonly details: readonly FieldProblem[] = [],
  ) {
    super(message, facts);
  }

  static by({ code, message, retrySafe, transactionId, details }: ErrorFrame, subject?: string): Refused {
    return new Refused(code, message, { transactionId: transactionId ?? subject, retrySafe }, details);
  }
}

/** Why there is no connection and none will be made again. */
export type EndReason =
  /** A newer connection of the same API key took over. */
  | 'displaced'
  /** The API key was disabled. */
  | 'revoked'
  /** The API key is unknown, or of another group. */
  | 'unauthorized'
  /** `close()` was called, or the `signal` of the client was aborted. */
  | 'closed';

/** The client has stopped and does not come back by itself; `connect()` starts it again. */
export class ConnectionEnded extends ClientError {
  override readonly name = 'ConnectionEnded';

  constructor(
    readonly reason: EndReason,
    message: string,
    facts: PaymentFacts = {},
  ) {
    super(message, facts);
  }

  /** The same end, told to whoever waits for a payment. */
  about(facts: PaymentFacts): ConnectionEnded {
    return new ConnectionEnded(this.reason, this.message, facts);
  }
}

/** `timeoutMs` is over. What was asked for goes on at the gateway. */
export class TimedOut extends ClientError {
  override readonly name = 'TimedOut';
}

/** An attempt to connect failed; another one follows. */
export class ConnectFailed extends ClientError {
  override readonly name = 'ConnectFailed';

  constructor(
    message: string,
    /** HTTP status of a refused upgrade; undefined if there was no answer or the platform hides it. */
    readonly status?: number,
  ) {
    super(message);
  }
}
