import { createServer, IncomingMessage, ServerResponse, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { NestApplicationOptions } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Config } from '../config/index.js';
import { limitSockets } from '../edge/index.js';

const MAX_HEADER_BYTES = 16 * 1024;
/** How late a request that is too slow is ended at the most. Seldom checks would end all who came together at once, in one go. */
const CHECK_MS = 100;
/** How much longer a stop takes at the most because of a connection that has become idle. */
const CLOSE_IDLE_MS = 50;

/** @returns false if the request has been answered: it goes no further */
export type Doorkeeper = (request: IncomingMessage, response: ServerResponse) => boolean;

/** The parts of an Express application that are needed here. */
type Application = RequestListener & { request: object; response: object };

/**
 * The framework on Express, with three differences. Somebody may answer before Express has seen a request. Requests and responses are
 * born with the prototypes that Express wants: it would replace them, which gives each object a hidden class of its own, a KiB of
 * memory and code that V8 cannot optimise. And its close does not wait for idle connections.
 */
export class HttpAdapter extends ExpressAdapter {
  doorkeeper: Doorkeeper = () => true;
  /** Sets the headers of every answer when it is sent: earlier they would be held by every call that waits. */
  setHeaders: (response: ServerResponse) => void = () => {};

  constructor(private readonly config: Config) {
    super();
  }

  override initHttpServer(options: NestApplicationOptions): void {
    const express = this.getInstance<Application>();
    const classes = this.messageClasses(express);
    const listener: RequestListener = (request, response) => {
      if (this.doorkeeper(request, response)) {
        express(request, response);
      }
    };
    const { httpsOptions } = options;
    const times = this.times();
    this.httpServer = httpsOptions
      ? createTlsServer({ ...httpsOptions, ...times, ...classes } as object, listener)
      : createServer({ ...times, ...classes }, listener);
    limitSockets(this.httpServer, this.config);
  }

  /** The server closes idle connections once: one that is answered after that would be kept for its next request. */
  override async close(): Promise<void> {
    const closeIdle = setInterval(() => this.httpServer.closeIdleConnections(), CLOSE_IDLE_MS);
    try {
      await super.close();
    } finally {
      clearInterval(closeIdle);
    }
  }

  /** Who sends a byte now and then must not hold a socket for ever. A call that waits for its answer is no such request. */
  private times() {
    const { httpHeadersTimeoutMs, httpRequestTimeoutMs, httpKeepAliveMs } = this.config;
    return {
      handshakeTimeout: httpHeadersTimeoutMs,
      headersTimeout: httpHeadersTimeoutMs,
      requestTimeout: httpRequestTimeoutMs,
      connectionsCheckingInterval: Math.min(CHECK_MS, httpHeadersTimeoutMs),
      // A balancer keeps idle connections for reuse; it must never meet one that was just closed here.
      keepAliveTimeout: httpKeepAliveMs,
      maxHeaderSize: MAX_HEADER_BYTES,
    };
  }

  private messageClasses(express: Application) {
    const setHeaders = (response: ServerResponse) => this.setHeaders(response);
    class Request extends IncomingMessage {}
    class Response extends ServerResponse {
      override writeHead(...args: [number]): this {
        setHeaders(this);
        return super.writeHead(...args);
      }
    }
    Object.setPrototypeOf(Request.prototype, express.request);
    Object.setPrototypeOf(Response.prototype, express.response);
    express.request = Request.prototype;
    express.response = Response.prototype;
    return { IncomingMessage: Request, ServerResponse: Response };
  }
}
