import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { selfSigned, type Certificate } from './certificate.js';
import type { Tap } from './connection.js';
import { Inbox } from './inbox.js';

/** The body of a call. Its members are what the contract calls them, and checked by nobody here. */
export interface WebhookEvent {
  eventType: string;
  eventId: string;
  timestamp: string;
  data: { transactionId?: string; version?: number; [member: string]: unknown };
}

/** One call of the gateway. */
export interface WebhookCall {
  headers: IncomingHttpHeaders;
  /** The body as it came, which is what was signed. */
  text: string;
  event: WebhookEvent;
}

const ADDRESS = '127.0.0.1';
const TAKEN = 204;
const NOT_FOUND = 404;

/** One address of the receiver, such as an integrator gives the gateway. */
export class Hook {
  readonly inbox = new Inbox<WebhookCall>();
  readonly calls: WebhookCall[] = [];
  /** Which HTTP status a call gets. */
  answers: (event: WebhookEvent) => number = () => TAKEN;

  constructor(
    readonly url: string,
    readonly tap: Tap,
  ) {}

  take(call: WebhookCall): number {
    const { text, event } = call;
    const status = this.answers(event);
    this.tap('←', text);
    this.tap('→', String(status));
    this.calls.push(call);
    this.inbox.add(call);
    return status;
  }
}

/** An HTTPS server on this machine that a gateway of our own may call. */
export class WebhookReceiver {
  private readonly hooks = new Map<string, Hook>();
  private readonly server: Server;

  private constructor(private readonly certificate: Certificate) {
    this.server = createServer(certificate, (request, response) => void this.answer(request, response));
  }

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(selfSigned(ADDRESS));
    receiver.server.listen(0, ADDRESS);
    await once(receiver.server, 'listening');
    return receiver;
  }

  /** What a gateway has to trust, PEM. */
  get ca(): string {
    return this.certificate.cert;
  }

  get host(): string {
    return `${ADDRESS}:${(this.server.address() as AddressInfo).port}`;
  }

  /** An address that nobody had before. */
  newHook(tap: Tap): Hook {
    const path = `/hooks/${this.hooks.size + 1}`;
    const hook = new Hook(`https://${this.host}${path}`, tap);
    this.hooks.set(path, hook);
    return hook;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readText(request).catch(() => undefined);
    if (text === undefined) return;
    const hook = this.hooks.get(request.url ?? '');
    const status = hook?.take({ headers: request.headers, text, event: parsed(text) }) ?? NOT_FOUND;
    response.writeHead(status).end();
  }
}

/** What is no JSON is an event of no type, which nobody expects. */
function parsed(text: string): WebhookEvent {
  try {
    return JSON.parse(text) as WebhookEvent;
  } catch {
    return { eventType: '', eventId: '', timestamp: '', data: {} };
  }
}
