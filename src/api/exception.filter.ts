import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { toGatewayError } from '../edge/index.js';
import type { Logger } from '../logging/index.js';
import { GatewayError, type ErrorName } from '../protocol/index.js';
import { StoreUnavailable } from '../redis/index.js';
import type { ApiRequest } from './api-request.js';
import { answerError } from './error-answer.js';

/** What the framework and the body reader throw by themselves, by the HTTP status they mean. */
const BY_STATUS: Record<number, ErrorName> = {
  400: 'INVALID_JSON',
  404: 'NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

/** Answers whatever is thrown with the one error object of the catalogue. */
@Catch()
export class ApiExceptionFilter implements ExceptionFilter {
  constructor(@Inject('LOGGER') private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<ApiRequest>();
    const response = http.getResponse<Response>();
    const known = this.known(error, request);
    if (response.headersSent) {
      return;
    }
    answerError(response, known);
  }

  private known(error: unknown, { method, path, requestId }: ApiRequest): GatewayError {
    if (error instanceof StoreUnavailable) {
      // Whether an earlier request of the same payment has reached the terminal is not known here.
      return new GatewayError('STORE_UNAVAILABLE', { retrySafe: method === 'GET' }, { cause: error });
    }
    const name = BY_STATUS[statusOf(error)];
    return name ? new GatewayError(name) : toGatewayError(error, this.logger, { requestId, method, path });
  }
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
