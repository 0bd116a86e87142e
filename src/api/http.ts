import { randomUUID } from 'node:crypto';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Response } from 'express';
import type { Logger } from '../logging/index.js';
import type { ApiRequest } from './api-request.js';

const MAX_BODY_BYTES = 128 * 1024;
const REQUEST_ID = /^[\w.-]{8,64}$/;

/**
 * Prepares the HTTP side: bodies are read as raw bytes, because signatures cover those, and every request gets a correlation
 * id.
 */
export function prepareHttp(app: NestExpressApplication, logger: Logger): void {
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use((request: ApiRequest, response: Response, next: NextFunction) => {
    const given = request.headers['x-request-id'];
    request.requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    response.setHeader('x-request-id', request.requestId);
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-content-type-options', 'nosniff');
    logWhenDone(request, response, logger);
    next();
  });
  app.useBodyParser('raw', { type: () => true, limit: MAX_BODY_BYTES, inflate: false });
}

/** One line a request, without the query string: it may hold a key. */
function logWhenDone(request: ApiRequest, response: Response, logger: Logger): void {
  const startedAt = Date.now();
  response.once('close', () => {
    const { method, path, requestId, principal } = request as Partial<ApiRequest>;
    const status = response.writableFinished ? response.statusCode : 'aborted';
    logger.debug(
      { requestId, method, path, status, ms: Date.now() - startedAt, keyId: principal?.keyId },
      'request',
    );
  });
}
