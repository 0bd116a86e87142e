import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { Random } from '../../simulator/src/devices/random.js';

/** An event of a payment, as the gateway has signed it. */
export interface HookEvent {
  eventType: string;
  eventId: string;
  data: { transactionId: string; status: string; errorCode?: string; version: number };
}

const FAILS = 0.05;
const HANGS = 0.01;

/** A receiver of webhooks that fails now and then. What it has answered with 2xx counts as told, and nothing else. */
export class Hook {
  /** Set when the endpoint is there; test calls before it are answered without a look. */
  secret: string | undefined;
  private readonly server: Server;

  private constructor(
    pem: Buffer,
    private readonly random: Random,
    private readonly onEvent: (event: HookEvent) => void,
  ) {
    this.server = createServer({ cert: pem, key: pem }, (request, response) => {
      void this.answer(request, response);
    });
  }

  /** @param certificate file with certificate and key of `localhost` */
  static async start(
    certificate: string,
    random: Random,
    onEvent: (event: HookEvent) => void,
  ): Promise<Hook> {
    const hook = new Hook(readFileSync(certificate), random, onEvent);
    hook.server.listen(0, '127.0.0.1');
    await once(hook.server, 'listening');
    return hook;
  }

  get url(): string {
    return `https://localhost:${(this.server.address() as AddressInfo).port}/`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    const event = JSON.parse(body) as HookEvent;
    if (this.secret === undefined || event.eventType === 'endpoint.validation') {
      response.writeHead(this.secret === undefined ? 200 : 204).end();
      return;
    }
    if (this.random.chance(HANGS)) return;
    if (this.random.chance(FAILS)) {
      response.writeHead(500).end();
      return;
    }
    new Webhook(this.secret).verify(body, request.headers as Record<string, string>);
    this.onEvent(event);
    response.writeHead(204).end();
  }
}
