import { HttpException, Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { toGatewayError } from '../edge/index.js';
import type { Logger } from '../logging/index.js';
import { GatewayError, type ErrorName } from '../protocol/index.js';
import { StoreUnavailable } from '../redis/index.js';
import { pathOf, type ApiRequest } from './api-request.js';

/** What the framework and the body reader throw by themselves, by the HTTP status they mean. */
const BY_STATUS: Record<number, ErrorName> = {
  400: 'INVALID_JSON',
  404: 'NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

export const JSON_TYPE = 'application/json; charset=utf-8';

/** A JSON text, with HTTP status 200 unless told. */
export interface Answer {
  text: string;
  status?: number;
}

/** How calls are answered, now or later. */
@Injectable()
export class Answers {
  constructor(@Inject('LOGGER') private readonly logger: Logger) {}

  /**
   * Answers when the work is done. The framework is not waited in: its frames would be held for each of thousands of calls
   * that wait, and they are larger than the wait itself.
   * @param work without an answer for a call that is held, see {@link HeldCall}
   */
  later(request: ApiRequest, response: Response, work: () => Promise<Answer | undefined>): void {
    work().then(
      (answer) => answer && this.give(response, answer),
      (error: unknown) => this.error(request, response, error),
    );
  }

  give(response: Response, { text, status = 200 }: Answer): void {
    send(response, status, text);
  }

  /** Answers with the one error object of the catalogue, whatever was thrown. */
  error(request: ApiRequest, response: Response, thrown: unknown): void {
    const error = this.known(thrown, request);
    const { retryAfterSeconds } = error;
    if (retryAfterSeconds !== undefined && !response.headersSent) {
      response.setHeader('retry-after', retryAfterSeconds);
    }
    send(response, error.httpStatus, JSON.stringify(error.toHttpBody()));
  }

  private known(error: unknown, { method, originalUrl, requestId }: ApiRequest): GatewayError {
    if (error instanceof StoreUnavailable) {
      // Whether an earlier request of the same payment has reached the terminal is not known here.
      return new GatewayError('STORE_UNAVAILABLE', { retrySafe: method === 'GET' }, { cause: error });
    }
    const name = BY_STATUS[statusOf(error)];
    return name
      ? new GatewayError(name)
      : toGatewayError(error, this.logger, { requestId, method, path: pathOf(originalUrl) });
  }
}

/** Nothing is sent to a caller who has gone, or has got an answer. */
function send(response: Response, status: number, text: string): void {
  if (response.headersSent || response.closed) {
    return;
  }
  response.statusCode = status;
  response.setHeader('content-type', JSON_TYPE);
  response.end(text);
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) {
    return error.getStatus();
  }
  // Errors of Express' middleware carry the status they mean; of anything else the number would be a coincidence.
  const { status, expose } = (error ?? {}) as { status?: unknown; expose?: unknown };
  if (error instanceof URIError) {
    return 400;
  }
  return expose === true && typeof status === 'number' ? status : 0;
}
