import type { Response } from 'express';
import type { HttpRequest } from '../edge/index.js';
import type { Wait } from '../payments/index.js';
import { GatewayError, validationFailed, type Principal } from '../protocol/index.js';

/** A call of the HTTP API, with what the edge has found out about it. */
export interface ApiRequest extends HttpRequest {
  /** Set by the guard. */
  principal: Principal;
  /** When the caller signed it, ms by its clock; set by the guard. */
  signedAt: number;
  /** When it came, ms. */
  startedAt: number;
  /** The wait that holds it. */
  wait: Wait | undefined;
}

const LONGEST_WAIT_S = 90;

/** Of a request target, without the query string: that may hold a key. */
export function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
}

/**
 * How long the caller wants to wait, by `?wait=N` or `Prefer: wait=N` in seconds.
 * @returns ms; undefined if it says nothing
 * @throws GatewayError `VALIDATION_FAILED` for a query parameter that is no number from 0 to 90
 */
export function wantedWaitMs(request: ApiRequest): number | undefined {
  const seconds = numberInQuery(request, 'wait', LONGEST_WAIT_S) ?? preferredWait(request);
  return seconds === undefined ? undefined : seconds * 1000;
}

/** `?sinceVersion=V` @throws GatewayError `VALIDATION_FAILED` */
export function sinceVersion(request: ApiRequest): number | undefined {
  return numberInQuery(request, 'sinceVersion', Number.MAX_SAFE_INTEGER);
}

/** Aborted when the caller has gone before it got its answer, already aborted if it went before this was asked. */
export function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController();
  if (response.closed) {
    gone.abort();
  } else {
    response.once('close', () => gone.abort());
  }
  return gone.signal;
}

/** Who is called over HTTP only by tills. */
export function assertDesktop(
  { principal }: ApiRequest,
  refusal: 'HTTP_DESKTOP_ONLY' | 'HTTP_LIST_DESKTOP_ONLY' | 'PAY_DESKTOP_ONLY' = 'HTTP_DESKTOP_ONLY',
): void {
  if (principal.deviceType !== 'desktop') {
    throw new GatewayError(refusal);
  }
}

function numberInQuery({ query }: ApiRequest, name: string, max: number): number | undefined {
  const text = query[name];
  if (text === undefined) {
    return undefined;
  }
  const value = typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= max)) {
    throw validationFailed([{ field: name, message: `${name} must be an integer from 0 to ${max}` }]);
  }
  return value;
}

/** A preference that makes no sense is ignored, as RFC 7240 asks. */
function preferredWait({ headers }: ApiRequest): number | undefined {
  const [, text] = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,9})"?/i.exec(String(headers['prefer'] ?? '')) ?? [];
  return text === undefined ? undefined : Math.min(Number(text), LONGEST_WAIT_S);
}
