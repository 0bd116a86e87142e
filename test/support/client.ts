import type { IncomingHttpHeaders } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { WebSocket, type ClientOptions, type RawData } from 'ws';

/** A frame as it came, parsed. Amounts that must be exact are read from {@link Client.textOf}. */
export interface Frame {
  action: string;
  [member: string]: any;
}

/** Which frame is meant: by its action, or by anything else. */
export type Match = string | ((frame: Frame) => boolean);

export interface ConnectOptions {
  headers?: Record<string, string>;
  query?: Record<string, string>;
  /** Anything else of `ws`, such as `ca` or `autoPong: false`. */
  socket?: ClientOptions;
}

export interface Closing {
  code: number;
  reason: string;
}

/** A refused upgrade: what the server answered instead of 101. */
export interface Refusal {
  status: number;
  headers: IncomingHttpHeaders;
  /** Parsed JSON; the text if it is none. */
  body: any;
}

export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  constructor(readonly refusal: Refusal) {
    super(`refused with ${refusal.status}: ${JSON.stringify(refusal.body)}`);
  }
}

const DEFAULT_TIMEOUT_MS = 15_000;

interface Waiter {
  matches: (frame: Frame) => boolean;
  give: (frame: Frame) => void;
  fail: (why: string) => void;
}

/** One connection. It never comes back by itself: a test that wants that connects again. */
export class Client {
  /** Every frame that ever came, in order. */
  readonly frames: Frame[] = [];
  /** Resolves when the connection has ended; never rejects. */
  readonly closed: Promise<Closing>;
  /** How it ended, once it has. */
  ending: Closing | undefined;
  private readonly untaken: Frame[] = [];
  private readonly waiters = new Set<Waiter>();
  private readonly texts = new WeakMap<Frame, string>();

  protected constructor(readonly socket: WebSocket) {
    socket.on('message', (data: RawData) => this.take((data as Buffer).toString()));
    // Resets and the like; a close follows.
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.ending = { code, reason: reason.toString() };
        this.waiters.forEach(({ fail }) => fail(`the connection ended with ${code} ${reason.toString()}`));
        resolve(this.ending);
      });
    });
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** Sends an object as JSON, a string as a text frame, a buffer as a binary frame. */
  send(frame: object | string | Buffer): void {
    const isText = typeof frame === 'string' || Buffer.isBuffer(frame);
    this.socket.send(isText ? frame : JSON.stringify(frame));
  }

  /**
   * The first matching frame that no earlier `next` gave; waits for it if there is none yet. Others stay for later calls.
   * Rejects when the time is over or the connection ends.
   */
  next(match: Match, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<Frame> {
    const matches = typeof match === 'string' ? ({ action }: Frame) => action === match : match;
    const index = this.untaken.findIndex(matches);
    if (index >= 0) return Promise.resolve(this.untaken.splice(index, 1)[0]!);
    return this.waitFor(matches, typeof match === 'string' ? match : 'a matching frame', timeoutMs);
  }

  /** Sends a frame and gives the next one with `answer` as its action. */
  ask(frame: object | string | Buffer, answer: Match = 'error', timeoutMs?: number): Promise<Frame> {
    const reply = this.next(answer, timeoutMs);
    this.send(frame);
    return reply;
  }

  /**
   * A ping there and a pong back: the connection is registered, every frame sent before is answered, and everything the
   * server had written before has arrived.
   */
  async roundTrip(): Promise<void> {
    await this.ask({ action: 'ping' }, 'pong');
  }

  /** All frames so far with this action. */
  all(action: string): Frame[] {
    return this.frames.filter((frame) => frame.action === action);
  }

  /** The text of a frame of this connection, byte for byte. */
  textOf(frame: Frame): string {
    return this.texts.get(frame)!;
  }

  /** Closes properly and waits for the end. */
  async close(): Promise<Closing> {
    this.socket.close();
    return this.closed;
  }

  /** Ends without a close frame, as a crash does. */
  drop(): void {
    this.socket.terminate();
  }

  /** Called with every frame, before any waiter sees it. */
  protected onFrame(_frame: Frame): void {}

  private take(text: string): void {
    const frame = JSON.parse(text) as Frame;
    this.texts.set(frame, text);
    this.frames.push(frame);
    this.onFrame(frame);
    for (const waiter of this.waiters) {
      if (waiter.matches(frame)) {
        waiter.give(frame);
        return;
      }
    }
    this.untaken.push(frame);
  }

  private waitFor(matches: Waiter['matches'], what: string, timeoutMs: number): Promise<Frame> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.waiters.delete(waiter);
      };
      const waiter: Waiter = {
        matches,
        give: (frame) => {
          end();
          resolve(frame);
        },
        fail: (why) => {
          end();
          reject(new Error(`waiting for ${what}: ${why}. Came so far: ${this.describeLatest()}`));
        },
      };
      const timer = setTimeout(() => waiter.fail(`nothing within ${timeoutMs} ms`), timeoutMs);
      if (this.ending) waiter.fail(`the connection has ended with ${this.ending.code}`);
      else this.waiters.add(waiter);
    });
  }

  private describeLatest(): string {
    return JSON.stringify(this.frames.slice(-5));
  }
}

/** A socket on its way. @param key '' to send no `x-api-key` header */
export function newSocket(url: string, key: string, { headers, query, socket }: ConnectOptions): WebSocket {
  const target = new URL(url);
  Object.entries(query ?? {}).forEach(([name, value]) => target.searchParams.set(name, value));
  return new WebSocket(target, {
    ...socket,
    headers: { ...(key !== '' && { 'x-api-key': key }), ...headers },
  });
}

/** Resolves with the client when its upgrade is done. @throws RefusedError */
export function opened<T extends Client>(client: T): Promise<T> {
  return new Promise((resolve, reject) => {
    const { socket } = client;
    socket.once('open', () => resolve(client));
    socket.once('error', reject);
    socket.once('unexpected-response', (request, response) => {
      const { statusCode = 0, headers } = response;
      readText(response)
        .then((body) => reject(new RefusedError({ status: statusCode, headers, body: parsed(body) })), reject)
        .finally(() => request.destroy());
    });
  });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
