/** What the page needs of an error of the gateway's catalogue; proxies in between answer with anything. */
export interface FailureBody {
  message?: string;
  code?: string;
  details?: { field: string; message: string }[];
}

/** A call that the gateway refused, or that never reached it (`status` 0). */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';

  constructor(
    /** HTTP status; 0 if there was no answer. */
    readonly status: number,
    /** Code of the error catalogue; '' if the answer was not the gateway's. */
    readonly code: string,
    message: string,
    readonly retryAfterSeconds?: number,
    /** Offending fields, by their full path. */
    readonly details: readonly { field: string; message: string }[] = [],
  ) {
    super(message);
  }
}

export function failureOf(status: number, body: FailureBody, retryAfter: string | null): ApiFailure {
  const seconds = Number(retryAfter ?? NaN);
  return new ApiFailure(
    status,
    body.code ?? '',
    body.message ?? '',
    Number.isFinite(seconds) ? seconds : undefined,
    body.details,
  );
}

/** What happened and what to do about it, for whoever reads the page. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof ApiFailure)) return 'Something in this page went wrong. Reload it and try again.';
  const { status, code, message, retryAfterSeconds, details } = error;
  if (status === 0) return 'The gateway can not be reached. Is it running, and is the network up?';
  if (code === 'RATE_LIMITED') return `Too many attempts. Try again ${inSeconds(retryAfterSeconds)}.`;
  if (code === 'STORE_UNAVAILABLE') {
    return 'The gateway can not reach its store (Redis) at the moment. Try again in a few seconds.';
  }
  if (code === 'DRAINING') return 'This instance is shutting down. Try again in a few seconds.';
  if (details.length > 0) return details.map((problem) => problem.message).join('. ');
  return message || `The gateway answered with HTTP status ${status}.`;
}

function inSeconds(seconds: number | undefined): string {
  if (seconds === undefined) return 'in a minute';
  return seconds === 1 ? 'in 1 second' : `in ${seconds} seconds`;
}
