import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { eventually } from './eventually.js';

/** One call of the gateway, as it came. */
export interface ReceivedCall {
  headers: Record<string, string>;
  /** The text that is signed. */
  text: string;
  eventId: string;
  eventType: string;
  /** Of the payment; absent in a test call. */
  data: any;
}

/** What the receiver does with a call: an HTTP status, or an answer of its own, or none. */
export type Behaviour = number | ((response: ServerResponse, call: ReceivedCall) => void);

/** A shop's own server: an https receiver of webhooks. */
export class Receiver {
  /** Every call of a payment's event, test calls left out, in the order of their arrival. */
  readonly calls: ReceivedCall[] = [];
  readonly testCalls: ReceivedCall[] = [];
  /** How often anybody has connected. */
  connections = 0;
  /** Calls without an answer yet, and the most there ever were. */
  open = 0;
  mostOpen = 0;
  /** For calls of events. */
  behaviour: Behaviour = 204;
  /** For test calls. */
  testBehaviour: Behaviour = 204;
  private server: Server;
  private port = 0;

  private constructor(private readonly certificate: { cert: Buffer; key: Buffer }) {
    this.server = this.newServer();
  }

  static async start(certificate: { cert: Buffer; key: Buffer }): Promise<Receiver> {
    const receiver = new Receiver(certificate);
    await receiver.listen();
    return receiver;
  }

  url(host = '127.0.0.1', path = '/hooks'): string {
    return `https://${host}:${this.port}${path}`;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Calls for one payment. */
  of(transactionId: string): ReceivedCall[] {
    return this.calls.filter(({ data }) => data.transactionId === transactionId);
  }

  /** The first call of an event of a payment. */
  async next(transactionId: string, eventType?: string, timeoutMs = 20_000): Promise<ReceivedCall> {
    const find = () =>
      this.of(transactionId).find((call) => eventType === undefined || call.eventType === eventType);
    const what = `a call of ${eventType ?? 'any event'} of ${transactionId}`;
    await eventually(() => find() !== undefined, { timeoutMs, what });
    return find()!;
  }

  /** Nobody listens any more; the port stays reserved for {@link comeBack}. */
  async goDown(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  async comeBack(): Promise<void> {
    this.server = this.newServer();
    await this.listen();
  }

  async stop(): Promise<void> {
    if (this.server.listening) await this.goDown();
  }

  private newServer(): Server {
    const server = createServer(
      this.certificate,
      (request, response) => void this.receive(request, response),
    );
    server.on('connection', () => this.connections++);
    return server;
  }

  private async listen(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    response.once('close', () => this.open--);
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    const { eventId, eventType, data } = JSON.parse(body);
    const call = { headers: request.headers as Record<string, string>, text: body, eventId, eventType, data };
    const isTest = eventType === 'endpoint.validation';
    (isTest ? this.testCalls : this.calls).push(call);
    const behaviour = isTest ? this.testBehaviour : this.behaviour;
    if (typeof behaviour === 'number') response.writeHead(behaviour).end();
    else behaviour(response, call);
  }
}

/** Checks a call with the library that receivers use. @returns whether the secret has signed it */
export function isSignedWith(secret: string, { headers, text }: ReceivedCall): boolean {
  try {
    new Webhook(secret).verify(text, headers);
    return true;
  } catch {
    return false;
  }
}
