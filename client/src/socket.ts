import { WEBSOCKET_PATH } from '../../src/protocol/actions.js';

/** As much of a WebSocket as browsers, Node.js and `ws` have in common. */
export interface WebSocketLike {
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** The class of the browser, of Node.js, or of `ws`. */
export type WebSocketClass = new (url: string, options?: never) => WebSocketLike;

/** What only `ws` has. */
interface NodeSocket extends WebSocketLike {
  on(event: 'ping' | 'pong', listener: () => void): void;
  on(event: 'unexpected-response', listener: (request: NodeRequest, response: NodeResponse) => void): void;
  terminate(): void;
}

interface NodeRequest {
  destroy(): void;
}

interface NodeResponse {
  statusCode?: number;
  headers: Record<string, string | string[] | undefined>;
}

/** Where to connect and as whom. */
export interface Target {
  /** `ws:`, `wss:`, `http:` or `https:`; the path is `/v1` unless there is one. */
  url: string;
  apiKey: string;
  groupId?: string | undefined;
  extensions?: readonly string[] | undefined;
  /** Passed to the constructor of `ws`, such as `ca`; nothing for browsers. */
  socketOptions?: object | undefined;
}

/** What a socket tells its owner; nothing any more once it was dropped, and nothing after `onClosed`. */
export interface SocketOwner {
  onOpen(): unknown;
  onText(text: string): unknown;
  /** A sign of life that is no frame. */
  onHeard(): unknown;
  /** @param refusal of the upgrade, where the platform shows it */
  onClosed(code: number, reason: string, refusal?: Refusal): unknown;
}

export interface Refusal {
  status: number;
  /** When the gateway wants to be asked again, ms. */
  retryAfterMs: number;
}

const OPEN = 1;
const ABNORMAL = 1006;
const NORMAL = 1000;

/** One socket that can be dropped at once, whatever state it is in. */
export class Socket {
  private dropped = false;
  private refusal: Refusal | undefined;

  constructor(
    private readonly socket: WebSocketLike,
    private readonly owner: SocketOwner,
  ) {
    socket.onopen = () => this.dropped || owner.onOpen();
    socket.onmessage = ({ data }: { data: unknown }) => this.dropped || owner.onText(String(data));
    // A close follows.
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }: { code?: number; reason?: string }) =>
      this.end(code ?? ABNORMAL, reason ?? '');
    if (isNodeSocket(socket)) this.listenToMore(socket);
  }

  get isOpen(): boolean {
    return !this.dropped && this.socket.readyState === OPEN;
  }

  send(text: string): void {
    this.socket.send(text);
  }

  /** Ends it without waiting for anything. */
  drop(): void {
    this.dropped = true;
    if (isNodeSocket(this.socket)) this.socket.terminate();
    else this.socket.close();
  }

  /** Says goodbye; the other side need not be there any more. */
  close(): void {
    this.dropped = true;
    this.socket.close(NORMAL);
  }

  private listenToMore(socket: NodeSocket): void {
    const heard = () => this.dropped || this.owner.onHeard();
    socket.on('ping', heard);
    socket.on('pong', heard);
    socket.on('unexpected-response', (request, { statusCode = 0, headers }) => {
      const seconds = Number(headers['retry-after'] ?? 0);
      this.refusal = { status: statusCode, retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : 0 };
      request.destroy();
      this.end(ABNORMAL, `refused with ${statusCode}`);
    });
  }

  private end(code: number, reason: string): void {
    if (this.dropped) return;
    this.dropped = true;
    this.owner.onClosed(code, reason, this.refusal);
  }
}

/** A new socket on its way. @param chosen the class to use */
export function openSocket(chosen: WebSocketClass, target: Target, owner: SocketOwner): Socket {
  const url = new URL(target.url.replace(/^http/, 'ws'));
  if (url.pathname === '/') url.pathname = WEBSOCKET_PATH;
  const credentials = credentialsOf(target);
  if (!takesHeaders(chosen)) {
    Object.entries(credentials).forEach(([name, value]) => url.searchParams.set(name, value));
    return new Socket(new chosen(url.href), owner);
  }
  const options = { ...target.socketOptions, headers: credentials };
  return new Socket(new chosen(url.href, options as never), owner);
}

function credentialsOf({ apiKey, groupId, extensions = [] }: Target): Record<string, string> {
  return {
    'x-api-key': apiKey,
    ...(groupId !== undefined && { 'x-group-id': groupId }),
    ...(extensions.length > 0 && { 'x-extensions': extensions.join(',') }),
  };
}

/** `ws` where it is installed, because it shows why an upgrade was refused; else what the platform brings. */
export async function platformSocket(): Promise<WebSocketClass> {
  const { WebSocket, process } = globalThis as { WebSocket?: WebSocketClass; process?: object };
  if (process !== undefined && typeof document === 'undefined') {
    const loading = import(/* webpackIgnore: true */ /* @vite-ignore */ PEER) as Promise<Peer>;
    const peer = await loading.catch(() => undefined);
    if (peer) return peer.WebSocket;
  }
  if (WebSocket === undefined) {
    throw new TypeError(
      'There is no WebSocket on this platform: install "ws", or give its class as `webSocket`',
    );
  }
  return WebSocket;
}

/** Not a literal, so that bundlers for browsers do not look for it. */
const PEER: string = 'ws';
interface Peer {
  WebSocket: WebSocketClass;
}
declare const document: unknown;

/** The class of `ws` and that of Node.js take headers, which keeps the key out of addresses; browsers do not. */
function takesHeaders(chosen: WebSocketClass): boolean {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  const isOfNode = navigator?.userAgent?.startsWith('Node.js') === true;
  return 'terminate' in chosen.prototype || (isOfNode && chosen === (globalThis as never)['WebSocket']);
}

function isNodeSocket(socket: WebSocketLike): socket is NodeSocket {
  return 'terminate' in socket;
}
