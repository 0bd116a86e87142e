import { once } from 'node:events';
import { text as readText } from 'node:stream/consumers';
import { WebSocket, type ClientOptions, type RawData } from 'ws';
import { parseFrame, type Frame } from './frame.js';
import { Inbox } from './inbox.js';

/** What is written on the wire: an object as JSON, a string as a text frame, bytes as a binary frame. */
export type Outgoing = object | string | Buffer;

/** Sees everything that goes over a connection. `←` came from the gateway, `→` went to it, `·` happened to the connection. */
export type Tap = (direction: '←' | '→' | '·', text: string) => void;

export interface ConnectionOptions {
  /** Of the gateway, with its path: `ws://127.0.0.1:8080/v1`. */
  url: string;
  /** Sent as `x-api-key`; '' for none. */
  key: string;
  headers?: Record<string, string>;
  query?: Record<string, string>;
  /** Anything else of `ws`, such as `autoPong: false`. */
  socket?: ClientOptions;
  tap?: Tap;
}

export interface Closing {
  code: number;
  reason: string;
}

/** The gateway answered an upgrade with something else than 101. */
export class Refused extends Error {
  override readonly name = 'Refused';

  /** @param body parsed JSON, or the text if it is none */
  constructor(
    readonly status: number,
    readonly body: unknown,
  ) {
    super(`the gateway refused the connection with ${status}: ${JSON.stringify(body)}`);
  }
}

const HANDSHAKE_LIMIT_MS = 10_000;

/** One connection to a gateway, which may do everything that a well-behaved client would not. It never comes back by itself. */
export class Connection {
  /** Everything that came, in order. */
  readonly frames: Frame[] = [];
  /** Resolves with the end of the connection; never rejects. */
  readonly closed: Promise<Closing>;
  closing: Closing | undefined;
  /** Called with every frame as it comes. */
  onFrame: (frame: Frame) => void = () => {};
  private readonly inbox = new Inbox<Frame>();
  private readonly pings: Buffer[] = [];
  private readonly texts = new WeakMap<Frame, string>();
  private readonly tap: Tap;

  private constructor(
    private readonly socket: WebSocket,
    tap: Tap = () => {},
  ) {
    this.tap = tap;
    socket.on('message', (data: RawData) => this.take((data as Buffer).toString()));
    socket.on('ping', (payload: Buffer) => this.pings.push(payload));
    // A close follows; there is nothing else to do about a reset.
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.closing = { code, reason: reason.toString() };
        this.tap('·', `closed ${code} ${reason.toString()}`.trimEnd());
        this.inbox.end(`the connection was closed with ${code}`);
        resolve(this.closing);
      });
    });
  }

  /** Resolves when the upgrade is done. @throws Refused, or an Error if nobody answers */
  static async open({ url, key, headers, query, socket, tap }: ConnectionOptions): Promise<Connection> {
    const target = new URL(url);
    for (const [name, value] of Object.entries(query ?? {})) target.searchParams.set(name, value);
    const webSocket = new WebSocket(target, {
      handshakeTimeout: HANDSHAKE_LIMIT_MS,
      perMessageDeflate: false,
      ...socket,
      headers: { ...(key !== '' && { 'x-api-key': key }), ...headers },
    });
    const connection = new Connection(webSocket, tap);
    const refused = refusalOf(webSocket);
    await Promise.race([once(webSocket, 'open'), refused]);
    connection.tap('·', 'connected');
    return connection;
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN && !this.socket.isPaused;
  }

  send(frame: Outgoing): void {
    const isRaw = typeof frame === 'string' || Buffer.isBuffer(frame);
    const data = isRaw ? frame : JSON.stringify(frame);
    this.tap('→', typeof data === 'string' ? data : `${data.length} bytes ${data.toString('hex', 0, 64)}`);
    this.socket.send(data);
  }

  /** Sends one text message in several fragments. */
  sendInFragments(parts: readonly string[]): void {
    this.tap('→', `in ${parts.length} fragments: ${parts.join('')}`);
    parts.forEach((part, i) => this.socket.send(part, { fin: i === parts.length - 1 }));
  }

  /** Sends bytes as a text frame, whether they are text or not. */
  sendAsText(bytes: Buffer): void {
    this.tap('→', `${bytes.length} bytes as text: ${bytes.toString('hex', 0, 64)}`);
    this.socket.send(bytes, { binary: false });
  }

  /**
   * The first matching frame that no earlier call was given; waits for it if there is none yet.
   * @throws Missed when the time is over or the connection ends
   */
  next(expected: string, matches: (frame: Frame) => boolean, limitMs: number): Promise<Frame> {
    return this.inbox.next(expected, matches, limitMs);
  }

  /** A ping there and a pong back: everything that was sent before has been handled. */
  async roundTrip(limitMs: number): Promise<void> {
    this.forget('pong');
    this.send({ action: 'ping' });
    await this.next('a pong', ({ action }) => action === 'pong', limitMs);
  }

  /** Frames of this action that came and were not asked for are no longer there to be given. */
  forget(action: string): void {
    this.inbox.forget((frame) => frame.action === action);
  }

  /** All frames so far with this action. */
  all(action: string): Frame[] {
    return this.frames.filter((frame) => frame.action === action);
  }

  /** A frame as it came, byte for byte. */
  textOf(frame: Frame): string {
    return this.texts.get(frame) ?? '';
  }

  /** Closes in an orderly way. */
  async close(): Promise<Closing> {
    this.socket.resume();
    this.socket.close();
    return this.closed;
  }

  /** Ends without a word, as when the power goes. */
  drop(): void {
    this.tap('·', 'dropped');
    this.socket.terminate();
  }

  /** Answers every protocol ping that came, for a connection that does not do so by itself. */
  answerPings(): void {
    this.tap('→', `${this.pings.length} protocol pongs`);
    for (const payload of this.pings.splice(0)) this.socket.pong(payload);
  }

  /** Stays connected, reads nothing and answers nothing, as behind a pulled cable. */
  freeze(): void {
    this.tap('·', 'frozen');
    this.socket.pause();
  }

  private take(text: string): void {
    this.tap('←', text);
    const frame = parseFrame(text) ?? { action: `no frame: ${text.slice(0, 80)}` };
    this.texts.set(frame, text);
    this.frames.push(frame);
    this.onFrame(frame);
    this.inbox.add(frame);
  }
}

/** Rejects if the upgrade is refused; else it stays pending. */
function refusalOf(socket: WebSocket): Promise<never> {
  return new Promise((_, reject) => {
    socket.once('unexpected-response', (request, response) => {
      readText(response)
        .then((body) => reject(new Refused(response.statusCode ?? 0, parsedOrText(body))), reject)
        .finally(() => request.destroy());
    });
  });
}

function parsedOrText(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
