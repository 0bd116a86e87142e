import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';

type Answer = (frame: any, socket: WebSocket, connection: number, gateway: StubGateway) => void;
type Door = (request: IncomingMessage, socket: Duplex) => boolean;

/** A gateway that misbehaves as a test wants it: what the real one does only in bad luck. */
export class StubGateway {
  /** Every frame that came, with the number of its connection. */
  readonly frames: { connection: number; action: string; [member: string]: any }[] = [];
  /** Upgrades that were asked for, refused ones too. */
  attempts = 0;
  /** When each came, ms since the epoch. */
  readonly attemptedAt: number[] = [];
  readonly requests: IncomingMessage[] = [];
  private connections = 0;
  private readonly sockets = new WebSocketServer({ noServer: true });

  private constructor(
    private readonly server: Server,
    private readonly answer: Answer,
    door: Door,
  ) {
    server.on('upgrade', (request, socket, head) => {
      this.attempts++;
      this.attemptedAt.push(Date.now());
      this.requests.push(request);
      socket.on('error', () => {});
      if (!door(request, socket)) return;
      this.sockets.handleUpgrade(request, socket, head, (client) => this.welcome(client));
    });
  }

  /**
   * @param answer to each frame; see {@link polite}
   * @param door false if it has seen to the request itself
   */
  static async start(answer: Answer = () => {}, door: Door = () => true): Promise<StubGateway> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new StubGateway(server, answer, door);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Frames of an action, in order. */
  all(action: string) {
    return this.frames.filter((frame) => frame.action === action);
  }

  stop(): void {
    this.sockets.clients.forEach((client) => client.terminate());
    this.server.close();
    this.server.closeAllConnections();
  }

  private welcome(client: WebSocket): void {
    const connection = ++this.connections;
    client.on('error', () => {});
    client.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString());
      this.frames.push({ connection, ...frame });
      this.answer(frame, client, connection, this);
    });
  }
}

export function say(socket: WebSocket, frame: object): void {
  socket.send(JSON.stringify({ timestamp: new Date().toISOString(), ...frame }));
}

/** An answer that sees to pings, and leaves the rest to another. */
export function polite(answer: Answer = () => {}): Answer {
  return (frame, socket, ...more) => {
    if (frame.action === 'ping') say(socket, { action: 'pong' });
    answer(frame, socket, ...more);
  };
}

/** Refuses an upgrade. */
export function refuse(socket: Duplex, status: number, ...headers: string[]): false {
  socket.end([`HTTP/1.1 ${status} No`, 'Connection: close', ...headers, '', ''].join('\r\n'));
  return false;
}
