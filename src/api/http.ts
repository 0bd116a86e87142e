import { randomUUID } from 'node:crypto';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Response } from 'express';
import type { Config } from '../config/index.js';
import { ClientAddress, RateLimits } from '../edge/index.js';
import type { Logger } from '../logging/index.js';
import { GatewayError } from '../protocol/index.js';
import type { ApiRequest } from './api-request.js';
import { answerError } from './answers.js';

const MAX_BODY_BYTES = 128 * 1024;
const REQUEST_ID = /^[\w.-]{8,64}$/;

/**
 * Prepares the HTTP side: bodies are read as raw bytes, because signatures cover those, and every request gets a correlation
 * id.
 */
export function prepareHttp(app: NestExpressApplication): void {
  const logger = app.get<Logger>('LOGGER');
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
  app.use(['/v1', '/console/api'], refuseFlooders(app.get(RateLimits), app.get<Config>('CONFIG')));
  app.useBodyParser('raw', { type: () => true, limit: MAX_BODY_BYTES, inflate: false });
}

/** Who is known to be over a limit is refused before anything is read: a flood of one key must not slow the others down. */
function refuseFlooders(limits: RateLimits, { trustedProxies }: Config) {
  const addresses = new ClientAddress(trustedProxies);
  return (request: ApiRequest, response: Response, next: NextFunction) => {
    const key = request.headers['x-api-key'];
    const retryAfterMs = limits.refusedFor({
      address: addresses.of(request),
      key: typeof key === 'string' ? key : undefined,
    });
    if (retryAfterMs > 0) {
      answerError(response, new GatewayError('RATE_LIMITED', { retryAfterMs }));
    } else {
      next();
    }
  };
}

/** One line a request, without the query string: it may hold a key. */
function logWhenDone(request: ApiRequest, response: Response, logger: Logger): void {
  const startedAt = Date.now();
  response.once('close', () => {
    const { method, path, requestId, actor } = request as Partial<ApiRequest>;
    const status = response.writableFinished ? response.statusCode : 'aborted';
    logger.debug(
      { requestId, method, path, status, ms: Date.now() - startedAt, keyId: actor?.id },
      'request',
    );
  });
}
