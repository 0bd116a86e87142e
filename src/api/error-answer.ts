import type { Response } from 'express';
import type { GatewayError } from '../protocol/index.js';

/** When to come back to an instance or a store that is away. */
const AWAY_RETRY_MS = 1_000;

/** Answers a call with an error, in the one shape that all of them have. */
export function answerError(response: Response, error: GatewayError): void {
  const retryAfterMs = error.extras.retryAfterMs ?? (error.httpStatus === 503 ? AWAY_RETRY_MS : undefined);
  if (retryAfterMs !== undefined) {
    response.setHeader('retry-after', Math.ceil(retryAfterMs / 1000));
  }
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.statusCode = error.httpStatus;
  response.end(JSON.stringify(error.toHttpBody()));
}
