import { ServerAction } from '../../src/protocol/actions.js';
import { Close } from '../../src/protocol/close-codes.js';
import { Backoff, type BackoffOptions } from './backoff.js';
import { ConnectFailed, ConnectionEnded, type EndReason } from './errors.js';
import type { ClientFrame, ServerFrame } from './frames.js';
import {
  openSocket,
  platformSocket,
  type Refusal,
  type Socket,
  type SocketOwner,
  type Target,
  type WebSocketClass,
} from './socket.js';
import { Watchdog, type HeartbeatOptions } from './watchdog.js';

/** How a client connects, whatever it is. */
export interface ConnectionOptions extends Target {
  /** The class to connect with; default: `ws` where it is installed, else that of the platform. */
  webSocket?: WebSocketClass;
  backoff?: BackoffOptions;
  heartbeat?: HeartbeatOptions;
  /** An attempt without a word from the gateway after so long has failed, ms; default 10 000. */
  connectTimeoutMs?: number;
  /** Closes the client when it is aborted. */
  signal?: AbortSignal;
}

/** How a connection was lost. */
export interface Loss {
  /** Close code; 1006 if there was none. */
  code: number;
  reason: string;
  /** Until the next attempt, ms. */
  retryInMs: number;
}

/** What a connection tells its client. */
export interface ConnectionClient {
  /** Comes before each attempt, which fails with it. */
  prepare(): Promise<void>;
  onReady(): void;
  onFrame(frame: ServerFrame): void;
  onLost(loss: Loss): void;
  onFailed(error: ConnectFailed): void;
  /** Nothing follows until the next `open()`. */
  onEnded(error: ConnectionEnded): void;
}

const SOON_MS = 200;
const ABNORMAL = 1006;
const MESSAGES: Record<EndReason, string> = {
  displaced: 'A newer connection of this API key took over',
  revoked: 'This API key was disabled',
  unauthorized: 'The gateway does not accept this API key',
  closed: 'The client was closed',
};

/**
 * One connection that is made again whenever it is lost, except where the gateway says that it must not be. A connection is
 * ready when the gateway has answered on it: only then is it registered.
 */
export class Connection {
  /** How many connections there were; 0 before the first. */
  number = 0;
  private state: 'ended' | 'pausing' | 'dialling' | 'ready' = 'ended';
  private socket: Socket | undefined;
  /** Of the attempt under way; what belongs to another one is over. */
  private attempt: object | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isMovingOn = false;
  private readonly backoff: Backoff;
  private readonly watchdog: Watchdog;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly client: ConnectionClient,
  ) {
    // An address that is none would fail again and again.
    new URL(options.url);
    this.backoff = new Backoff(options.backoff);
    this.watchdog = new Watchdog(options.heartbeat ?? {}, {
      ask: () => this.transmit({ action: 'ping' }),
      giveUp: () => this.give(Close.heartbeatLost.code, 'nothing was heard'),
    });
    options.signal?.addEventListener('abort', () => this.close());
  }

  get isReady(): boolean {
    return this.state === 'ready' && this.socket?.isOpen === true;
  }

  get isEnded(): boolean {
    return this.state === 'ended';
  }

  /** Begins to connect, if it does not already. */
  open(): void {
    if (this.state !== 'ended') return;
    this.backoff.reset();
    this.dial();
    if (this.options.signal?.aborted) this.close();
  }

  close(): void {
    if (this.state === 'ended') return;
    this.socket?.close();
    this.end('closed');
  }

  /** @returns false if there is no connection; what was to be said must be said when the next one is ready */
  send(frame: ClientFrame): boolean {
    if (!this.isReady) return false;
    this.transmit(frame);
    return true;
  }

  private transmit(frame: ClientFrame): void {
    if (this.socket?.isOpen) this.socket.send(JSON.stringify(frame));
  }

  private dial(): void {
    this.state = 'dialling';
    this.isMovingOn = false;
    const attempt = {};
    this.attempt = attempt;
    const isCurrent = () => this.attempt === attempt;
    this.timer = setTimeout(() => {
      this.give(Close.heartbeatLost.code, 'the gateway did not answer in time');
    }, this.options.connectTimeoutMs ?? 10_000);
    const owner: SocketOwner = {
      // There is no welcome message, so one is asked for.
      onOpen: () => isCurrent() && this.transmit({ action: 'ping' }),
      onText: (text) => isCurrent() && this.onText(text),
      onHeard: () => isCurrent() && this.watchdog.heard(),
      onClosed: (code, reason, refusal) => isCurrent() && this.onClosed(code, reason, refusal),
    };
    this.connect(owner, isCurrent).catch(
      (error: unknown) => isCurrent() && this.pause(ABNORMAL, String(error)),
    );
  }

  private async connect(owner: SocketOwner, isCurrent: () => boolean): Promise<void> {
    await this.client.prepare();
    const socketClass = this.options.webSocket ?? (await platformSocket());
    if (isCurrent()) this.socket = openSocket(socketClass, this.options, owner);
  }

  private onText(text: string): void {
    this.watchdog.heard();
    const frame = parsed(text);
    if (frame === undefined) return;
    if (frame.action === ServerAction.forceDisconnect) {
      this.onSentAway(frame.reason);
      return;
    }
    if (this.state === 'dialling') this.becomeReady();
    this.client.onFrame(frame);
  }

  private becomeReady(): void {
    clearTimeout(this.timer);
    this.state = 'ready';
    this.number++;
    this.backoff.reset();
    this.watchdog.start();
    this.client.onReady();
  }

  /** The close follows; a reason that ends everything does so at once. */
  private onSentAway(reason: string): void {
    if (reason === 'NEW_CONNECTION') this.endBy('displaced');
    else if (reason === 'API_KEY_REVOKED') this.endBy('revoked');
    else this.isMovingOn = true;
  }

  private onClosed(code: number, reason: string, refusal?: Refusal): void {
    if (code === Close.displaced.code) this.end('displaced');
    else if (code === Close.keyRevoked.code) this.end('revoked');
    else if (refusal?.status === 401 || refusal?.status === 403) this.end('unauthorized');
    else this.pause(code, reason, refusal);
  }

  /** Gives up on a socket that may never close by itself. */
  private give(code: number, reason: string): void {
    this.socket?.drop();
    this.pause(code, reason);
  }

  private pause(code: number, reason: string, refusal?: Refusal): void {
    const wasReady = this.state === 'ready';
    const isSoon = this.isMovingOn || code === Close.serviceRestart.code;
    const retryInMs = isSoon
      ? Math.random() * SOON_MS
      : Math.max(this.backoff.next(), (refusal?.retryAfterMs ?? 0) * (1 + Math.random() / 4));
    this.leave('pausing');
    this.timer = setTimeout(() => this.dial(), retryInMs);
    if (wasReady) this.client.onLost({ code, reason, retryInMs });
    else this.client.onFailed(new ConnectFailed(`No connection: ${reason || code}`, refusal?.status));
  }

  private endBy(reason: EndReason): void {
    this.socket?.close();
    this.end(reason);
  }

  private end(reason: EndReason): void {
    this.leave('ended');
    this.client.onEnded(new ConnectionEnded(reason, MESSAGES[reason]));
  }

  private leave(state: 'pausing' | 'ended'): void {
    this.state = state;
    this.attempt = undefined;
    this.socket = undefined;
    clearTimeout(this.timer);
    this.watchdog.stop();
  }
}

/** What is no JSON object is not of the gateway; it shows at least that somebody is there. */
function parsed(text: string): ServerFrame | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as ServerFrame) : undefined;
  } catch {
    return undefined;
  }
}
