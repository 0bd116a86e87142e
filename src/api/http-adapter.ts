import { createServer, IncomingMessage, ServerResponse, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { NestApplicationOptions } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';

/** @returns false if the request has been answered: it goes no further */
export type Doorkeeper = (request: IncomingMessage, response: ServerResponse) => boolean;

/** The parts of an Express application that are needed here. */
type Application = RequestListener & { request: object; response: object };

/**
 * The framework on Express, with two differences. Somebody may answer before Express has seen a request. And requests and
 * responses are born with the prototypes that Express wants: it would replace them, which gives each object a hidden class of
 * its own, a KiB of memory and code that V8 cannot optimise.
 */
export class HttpAdapter extends ExpressAdapter {
  doorkeeper: Doorkeeper = () => true;
  /** Sets the headers of every answer when it is sent: earlier they would be held by every call that waits. */
  setHeaders: (response: ServerResponse) => void = () => {};

  override initHttpServer(options: NestApplicationOptions): void {
    const express = this.getInstance<Application>();
    const classes = this.messageClasses(express);
    const listener: RequestListener = (request, response) => {
      if (this.doorkeeper(request, response)) {
        express(request, response);
      }
    };
    const { httpsOptions } = options;
    this.httpServer = httpsOptions
      ? createTlsServer({ ...httpsOptions, ...classes } as object, listener)
      : createServer(classes, listener);
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
