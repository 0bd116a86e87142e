import type { WebSocketClass, WebSocketLike } from '../api/contract.js';
import { frameEntry, noteEntry, type FrameEntry } from './frame-entry.js';

/** One connection on its way; what makes it is told by {@link WireOwner}. */
export interface Wire {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  /** Ends it as abruptly as can be. */
  kill(): void;
}

export interface WireOwner {
  onOpen(): void;
  onText(text: string): void;
  onClosed(code: number, reason: string): void;
}

export type OpenWire = (url: string, owner: WireOwner) => Wire;

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;
const ABNORMAL = 1006;

/**
 * The cable of one device: every frame that passes is told, and it can be cut. While it is out, attempts to connect fail, as they
 * do in a shop.
 */
export class Cable {
  /** For the client library. */
  readonly socketClass: WebSocketClass;
  private isOut = false;
  private current: CableSocket | undefined;

  /** @param tell hears of every frame and of whatever happens to the line */
  constructor(
    private readonly openWire: OpenWire,
    private readonly tell: (entry: FrameEntry) => void,
  ) {
    const plug = (url: string, socket: CableSocket) => this.plug(url, socket);
    this.socketClass = class extends CableSocket {
      constructor(url: string) {
        super(url, plug, tell);
      }
    };
  }

  cut(): void {
    this.isOut = true;
    this.tell(noteEntry('the cable is cut', true));
    this.current?.snap();
  }

  plugIn(): void {
    this.isOut = false;
    this.tell(noteEntry('the cable is plugged in'));
  }

  /** Sends a text as it is, whatever the gateway may say to it. @returns false if there is no connection */
  send(text: string): boolean {
    if (this.current?.readyState !== OPEN) return false;
    this.current.send(text);
    return true;
  }

  private plug(url: string, socket: CableSocket): Wire | undefined {
    this.current = socket;
    return this.isOut ? undefined : this.openWire(url, socket);
  }
}

/** One attempt over the cable; what a WebSocket is to the client library. */
class CableSocket implements WebSocketLike, WireOwner {
  readyState = CONNECTING;
  onopen: WebSocketLike['onopen'] = null;
  onmessage: WebSocketLike['onmessage'] = null;
  onerror: WebSocketLike['onerror'] = null;
  onclose: WebSocketLike['onclose'] = null;
  private readonly wire: Wire | undefined;

  constructor(
    url: string,
    plug: (url: string, socket: CableSocket) => Wire | undefined,
    private readonly tell: (entry: FrameEntry) => void,
  ) {
    this.wire = plug(url, this);
    // Whoever makes a socket sets its listeners afterwards.
    if (!this.wire) setTimeout(() => this.onClosed(ABNORMAL, 'the cable is out'));
  }

  send(text: string): void {
    this.wire?.send(text);
    this.tell(frameEntry('out', text));
  }

  close(code?: number, reason?: string): void {
    this.wire?.close(code, reason);
    // Who closes does not wait for the other side, which may not be there any more.
    this.end(code ?? ABNORMAL, 'disconnected');
  }

  /** The cable is cut. */
  snap(): void {
    this.wire?.kill();
    this.end(ABNORMAL, 'the cable was cut');
  }

  onOpen(): void {
    if (this.readyState !== CONNECTING) return;
    this.readyState = OPEN;
    this.tell(noteEntry('connected'));
    this.onopen?.({} as never);
  }

  onText(text: string): void {
    if (this.readyState !== OPEN) return;
    this.tell(frameEntry('in', text));
    this.onmessage?.({ data: text } as never);
  }

  onClosed(code: number, reason: string): void {
    this.end(code, reason);
  }

  private end(code: number, reason: string): void {
    if (this.readyState === CLOSED) return;
    const wasOpen = this.readyState === OPEN;
    this.readyState = CLOSED;
    const why = `${reason || 'no reason given'} (${code})`;
    this.tell(noteEntry(wasOpen ? `connection ended: ${why}` : `no connection: ${why}`, true));
    this.onclose?.({ code, reason } as never);
  }
}
