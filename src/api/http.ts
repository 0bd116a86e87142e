import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Response } from 'express';
import type { Config } from '../config/index.js';
import { ClientAddress, RateLimits, secureHeaders } from '../edge/index.js';
import type { Logger } from '../logging/index.js';
import { Metrics, type HttpStatus } from '../metrics/index.js';
import { Waits } from '../payments/index.js';
import { ERRORS, errorBody, retryAfterSeconds } from '../protocol/index.js';
import { JSON_TYPE } from './answers.js';
import { pathOf, type ApiRequest } from './api-request.js';
import type { HttpAdapter } from './http-adapter.js';
import { httpAreaOf } from './http-area.js';

const MAX_BODY_BYTES = 128 * 1024;
/** Where calls are counted; the guards there refuse whoever comes by another spelling. */
const LIMITED = ['/v1/', '/console/api/'];
const REQUEST_ID = /^[\w.-]{8,64}$/;

/**
 * Prepares the HTTP side: bodies are read as raw bytes, because signatures cover those, and every request gets a correlation
 * id.
 */
export function prepareHttp(app: NestExpressApplication): void {
  const adapter = app.getHttpAdapter() as unknown as HttpAdapter;
  const refusedFor = floodWatch(app.get(RateLimits), app.get<Config>('CONFIG'));
  const onClose = closeListener(app.get<Logger>('LOGGER'), app.get(Waits), app.get(Metrics));
  const secure = secureHeaders(app.get<Config>('CONFIG'));
  app.disable('x-powered-by');
  app.set('etag', false);
  adapter.setHeaders = (response) => {
    response.setHeader('x-request-id', (response.req as ApiRequest).requestId);
    if (!response.hasHeader('cache-control')) {
      response.setHeader('cache-control', 'no-store');
    }
    secure(response);
  };
  adapter.doorkeeper = (message, reply) => {
    const [request, response] = [message as ApiRequest, reply as Response];
    const given = request.headers['x-request-id'];
    request.requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : newRequestId();
    request.startedAt = Date.now();
    request.originalUrl = request.url;
    response.on('close', onClose);
    const retryAfterMs = refusedFor(request);
    if (retryAfterMs > 0) {
      refuse(response, retryAfterMs);
    }
    return retryAfterMs === 0;
  };
  app.useBodyParser('raw', { type: () => true, limit: MAX_BODY_BYTES, inflate: false });
}

/** As one piece: Node puts it together from fourteen, which a call that waits would hold. */
function newRequestId(): string {
  return Buffer.from(randomUUID(), 'latin1').toString('latin1');
}

/**
 * Who is known to be over a limit is refused before anything else is done: a flood of one key must not slow the others down.
 * @returns how long a caller is refused (ms), 0 = not
 */
function floodWatch(limits: RateLimits, { trustedProxies }: Config): (request: ApiRequest) => number {
  const addresses = new ClientAddress(trustedProxies);
  return (request) => {
    if (!LIMITED.some((path) => request.originalUrl.startsWith(path))) {
      return 0;
    }
    const key = request.headers['x-api-key'];
    const attempt = { address: addresses.of(request), key: typeof key === 'string' ? key : undefined };
    return limits.refusedFor(attempt);
  };
}

function refuse(response: ServerResponse, retryAfterMs: number): void {
  const text = JSON.stringify(errorBody('RATE_LIMITED', { retryAfterMs }));
  response.writeHead(ERRORS.RATE_LIMITED.status, {
    'content-type': JSON_TYPE,
    'retry-after': String(retryAfterSeconds(retryAfterMs)),
  });
  response.end(text);
}

/** One for all responses: each of thousands of waiting calls would hold its own. */
function closeListener(logger: Logger, waits: Waits, { httpRequests }: Metrics): (this: Response) => void {
  return function () {
    const request = this.req as ApiRequest;
    if (request.wait) {
      waits.leave(request.wait);
    }
    const area = httpAreaOf(pathOf(request.originalUrl));
    httpRequests.of({ area, status: statusOf(this) }).add();
    if (logger.isLevelEnabled('debug')) {
      logger.debug(summaryOf(request, this), 'request');
    }
  };
}

function statusOf({ writableFinished, statusCode }: Response): HttpStatus {
  if (!writableFinished) {
    return 'aborted';
  }
  return statusCode < 300 ? '2xx' : statusCode < 400 ? '3xx' : statusCode < 500 ? '4xx' : '5xx';
}

/** One line a request, without the query string: it may hold a key. */
function summaryOf(request: ApiRequest, response: Response): object {
  const { requestId, method, originalUrl, startedAt, actor } = request as Partial<ApiRequest>;
  const status = response.writableFinished ? response.statusCode : 'aborted';
  const ms = Date.now() - startedAt!;
  return { requestId, method, path: pathOf(originalUrl!), status, ms, keyId: actor?.id };
}
