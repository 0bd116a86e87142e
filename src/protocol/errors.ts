/** One offending field of a refused request. */
export interface FieldProblem {
  /** Full path, for example `paymentRequest.amount`. */
  field: string;
  message: string;
}

/** The `error` text of the published contract for each HTTP status. */
const STATUS_TEXT = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
} as const;

/** When to come back to a store, an instance or a terminal that is away. */
const AWAY_RETRY_MS = 1_000;

interface CatalogueEntry {
  status: keyof typeof STATUS_TEXT;
  /** Where HTTP answers with another status than the error frame names. */
  httpStatus?: keyof typeof STATUS_TEXT;
  code: string;
  message: string;
}

/**
 * Every error a client can see, over WebSocket and HTTP alike, and part of the published contract. Codes are never reused. Where one code has several texts,
 * each text has its own entry.
 */
export const ERRORS = {
  INVALID_JSON: { status: 400, code: 'INVALID_JSON', message: 'Invalid JSON in message body' },
  ACTION_REQUIRED: { status: 400, code: 'ACTION_REQUIRED', message: 'action is required' },
  UNKNOWN_ACTION: { status: 400, code: 'UNKNOWN_ACTION', message: 'Unknown action' },
  TERMINAL_ID_REQUIRED: { status: 400, code: 'TERMINAL_ID_REQUIRED', message: 'terminalId is required' },
  PAYMENT_REQUEST_REQUIRED: {
    status: 400,
    code: 'PAYMENT_REQUEST_REQUIRED',
    message: 'paymentRequest is required',
  },
  VALIDATION_FAILED: { status: 400, code: 'VALIDATION_FAILED', message: 'Validation failed' },
  NO_WEBHOOK_ENDPOINTS: {
    status: 400,
    code: 'NO_WEBHOOK_ENDPOINTS',
    message: 'webhookMode needs an active webhook endpoint',
  },
  ENDPOINT_VALIDATION_FAILED: {
    status: 400,
    code: 'ENDPOINT_VALIDATION_FAILED',
    message: 'The webhook endpoint could not be validated',
  },
  UNAUTHORIZED: { status: 401, code: 'UNAUTHORIZED', message: 'Invalid or missing API key' },
  TIMESTAMP_EXPIRED: {
    status: 401,
    code: 'TIMESTAMP_EXPIRED',
    message: 'x-timestamp must be an ISO 8601 time within 5 minutes of now',
  },
  INVALID_SIGNATURE: { status: 401, code: 'INVALID_SIGNATURE', message: 'Invalid or missing x-signature' },
  SIGNATURE_REPEATED: {
    status: 401,
    code: 'INVALID_SIGNATURE',
    message: 'This x-signature was used before; sign the request anew',
  },
  HTTP_LIST_DESKTOP_ONLY: {
    status: 403,
    code: 'GROUP_MISMATCH',
    message: 'Only desktop devices can list terminals',
  },
  HTTP_DESKTOP_ONLY: {
    status: 403,
    code: 'DESKTOP_ONLY',
    message: 'Only desktop devices can make this call',
  },
  LIST_DESKTOP_ONLY: {
    status: 403,
    code: 'DESKTOP_ONLY',
    message: 'Only desktop devices can request terminal list',
  },
  PAY_DESKTOP_ONLY: {
    status: 403,
    code: 'DESKTOP_ONLY',
    message: 'Only desktop devices can initiate payments',
  },
  DESKTOP_ONLY: { status: 403, code: 'DESKTOP_ONLY', message: 'Only desktop devices can send this message' },
  TERMINAL_ONLY: {
    status: 403,
    code: 'TERMINAL_ONLY',
    message: 'Only terminal devices can send this message',
  },
  GROUP_MISMATCH: {
    status: 403,
    code: 'GROUP_MISMATCH',
    message: 'Cannot send message to connection in different group',
  },
  FOREIGN_GROUP: {
    status: 403,
    code: 'GROUP_MISMATCH',
    message: 'x-group-id does not match the group of this API key',
  },
  CONNECTION_NOT_FOUND: { status: 404, code: 'CONNECTION_NOT_FOUND', message: 'Connection not found' },
  TERMINAL_NOT_FOUND: { status: 404, code: 'TERMINAL_NOT_FOUND', message: 'Terminal connection not found' },
  TERMINAL_OFFLINE: {
    status: 404,
    httpStatus: 503,
    code: 'TERMINAL_OFFLINE',
    message: 'Terminal connection not found',
  },
  TRANSACTION_NOT_FOUND: { status: 404, code: 'TRANSACTION_NOT_FOUND', message: 'Transaction not found' },
  ENDPOINT_NOT_FOUND: { status: 404, code: 'ENDPOINT_NOT_FOUND', message: 'Webhook endpoint not found' },
  DELIVERY_NOT_FOUND: { status: 404, code: 'DELIVERY_NOT_FOUND', message: 'Webhook delivery not found' },
  NOT_FOUND: { status: 404, code: 'NOT_FOUND', message: 'Not found' },
  PAYMENT_IN_PROGRESS: {
    status: 409,
    code: 'PAYMENT_IN_PROGRESS',
    message: 'Payment already in progress on this terminal',
  },
  DUPLICATE_TRANSACTION: {
    status: 409,
    code: 'DUPLICATE_TRANSACTION',
    message: 'transactionId already used for a different payment',
  },
  REQUEST_OUTDATED: {
    status: 409,
    code: 'REQUEST_OUTDATED',
    message: 'A later request of this payment was refused; sign the request anew to ask again',
  },
  ENDPOINT_LIMIT_REACHED: {
    status: 409,
    code: 'ENDPOINT_LIMIT_REACHED',
    message: 'A group can have 16 webhook endpoints',
  },
  PAYLOAD_TOO_LARGE: { status: 413, code: 'PAYLOAD_TOO_LARGE', message: 'The body is larger than 128 KiB' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'The body must be JSON in UTF-8, not compressed',
  },
  RATE_LIMITED: { status: 429, code: 'RATE_LIMITED', message: 'Too many requests' },
  INTERNAL_ERROR: { status: 500, code: 'INTERNAL_ERROR', message: 'Failed to process message' },
  STORE_UNAVAILABLE: { status: 503, code: 'STORE_UNAVAILABLE', message: 'The store is not reachable' },
  ANSWER_NOT_KEPT: {
    status: 503,
    code: 'STORE_UNAVAILABLE',
    message: 'There is no room to keep this answer; keep it and send it again later',
  },
  TIMEOUT: {
    status: 504,
    code: 'TIMEOUT',
    message: 'No result yet; the payment goes on, ask for the transaction',
  },
  OVERLOADED: {
    status: 503,
    code: 'OVERLOADED',
    message: 'This instance has no room for another connection',
  },
  DRAINING: { status: 503, code: 'DRAINING', message: 'This instance is shutting down' },
} as const satisfies Record<string, CatalogueEntry>;

/** What beside those only the console's page can see: its API is the page's own, and published nowhere. */
const CONSOLE_ERRORS = {
  SIGN_IN_REQUIRED: { status: 401, code: 'UNAUTHORIZED', message: 'Sign in with an admin key' },
  SIGN_IN_REFUSED: { status: 401, code: 'UNAUTHORIZED', message: 'This is no admin key, or it is disabled' },
  FOREIGN_ORIGIN: {
    status: 403,
    code: 'FOREIGN_ORIGIN',
    message: 'Only the page of this gateway may ask for this: Origin and Host differ',
  },
  KEY_NOT_FOUND: { status: 404, code: 'KEY_NOT_FOUND', message: 'API key not found' },
  PAGE_NOT_BUILT: {
    status: 404,
    code: 'NOT_FOUND',
    message: 'The page of the console is not built; run: npm run build',
  },
  KEY_CONFLICT: { status: 409, code: 'KEY_CONFLICT', message: 'This API key can not be stored' },
  OWN_KEY: {
    status: 409,
    code: 'KEY_CONFLICT',
    message: 'You are signed in with this key; another admin can disable it',
  },
  NOTHING_TO_RESOLVE: {
    status: 409,
    code: 'NOTHING_TO_RESOLVE',
    message: 'The outcome of this payment is certain',
  },
  PAYMENT_CHANGED: {
    status: 409,
    code: 'PAYMENT_CHANGED',
    message: 'The payment was changed meanwhile; look at it again',
  },
  TOO_MANY_VIEWERS: {
    status: 503,
    code: 'TOO_MANY_VIEWERS',
    message: 'Too many consoles watch this instance',
  },
} as const satisfies Record<string, CatalogueEntry>;

const CATALOGUE = { ...ERRORS, ...CONSOLE_ERRORS };

/** A published error. */
export type ErrorName = keyof typeof ERRORS;

/** What an error carries beyond its catalogue entry; all of it reaches the client. */
export interface ErrorExtras {
  message?: string;
  requestAction?: string | undefined;
  transactionId?: string | undefined;
  retrySafe?: boolean | undefined;
  retryAfterMs?: number | undefined;
  details?: FieldProblem[] | undefined;
}

/** The error object of section 6, without `action`: the body over HTTP, and the core of a frame over WebSocket. */
export interface ErrorBody extends ErrorExtras {
  error: string;
  message: string;
  code: string;
  timestamp: string;
}

/**
 * The error object without an error, for refusals so frequent that a stack trace for each would be most of their cost.
 * @param status if it is not that of the catalogue
 */
export function errorBody(
  kind: keyof typeof CATALOGUE,
  { message, ...extras }: ErrorExtras = {},
  status: keyof typeof STATUS_TEXT = CATALOGUE[kind].status,
): ErrorBody {
  const entry: CatalogueEntry = CATALOGUE[kind];
  return {
    error: STATUS_TEXT[status],
    message: message ?? entry.message,
    code: entry.code,
    ...extras,
    timestamp: new Date().toISOString(),
  };
}

/** `Retry-After` for a time to wait. */
export function retryAfterSeconds(ms: number): number {
  return Math.ceil(ms / 1000);
}

/** A refusal that a client is told about. `cause` is for the log only. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  constructor(
    readonly kind: keyof typeof CATALOGUE,
    readonly extras: ErrorExtras = {},
    options?: ErrorOptions,
  ) {
    super(extras.message ?? CATALOGUE[kind].message, options);
  }

  private get entry(): CatalogueEntry {
    return CATALOGUE[this.kind];
  }

  /** What the error frame names, and the HTTP status of a refused upgrade. */
  get status(): number {
    return this.entry.status;
  }

  /** Of the answer to an HTTP call. */
  get httpStatus(): number {
    return this.entry.httpStatus ?? this.entry.status;
  }

  /** When to come back, for `Retry-After`; undefined if coming back is no remedy. */
  get retryAfterSeconds(): number | undefined {
    const ms = this.extras.retryAfterMs ?? (this.httpStatus === 503 ? AWAY_RETRY_MS : undefined);
    return ms === undefined ? undefined : retryAfterSeconds(ms);
  }

  /** The body of the answer to an HTTP call. */
  toHttpBody(): ErrorBody {
    return errorBody(this.kind, this.extras, this.entry.httpStatus ?? this.entry.status);
  }

  /** @param context what the edge knows and the thrower did not, such as `requestAction` */
  toBody(context: ErrorExtras = {}): ErrorBody {
    return errorBody(this.kind, { ...context, ...this.extras });
  }
}
