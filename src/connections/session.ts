import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import {
  Close,
  FORCE_DISCONNECT,
  forceDisconnectFrame,
  type CloseReason,
  type ForceDisconnectReason,
  type LongFrame,
  type Principal,
} from '../protocol/index.js';
import { frameBytes, longFrameBytes, pingBytes } from './frame-bytes.js';
import { FrameLimit } from './frame-limit.js';
import { InboundQueue, type OwnedHandler } from './inbound-queue.js';
import { listen } from './listeners.js';
import { Receipts } from './receipts.js';
import { SessionState } from './session-state.js';
import { MAIL_BUFFER_BYTES, REPLY_BUFFER_BYTES, Unread } from './unread.js';
import { emptied, writeTogether } from './wire.js';

/** With so many messages written and none proven to be read, no further mail is written either. */
const MAX_UNPROVEN = 1_000;
/** The ping of every heartbeat. */
const SIGN_OF_LIFE = pingBytes('');
/** How long a peer may take to answer a close before its socket is destroyed. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Handles one frame of a session; never rejects. */
export type FrameHandler = OwnedHandler<Session>;

/** Told once that the socket of a session is gone. */
export type EndHandler = (session: Session, code: number) => void;

/**
 * One socket of this instance and all that is known of it here. It has an epoch once the store has registered it; until
 * then its frames wait.
 */
export class Session extends SessionState {
  private readonly inbound: InboundQueue<Session>;
  private readonly receipts: Receipts;
  private readonly unread = new Unread();
  private onEnd: EndHandler | undefined = undefined;
  private ownFrameLimit: FrameLimit | undefined;
  /** Of pings, and of pongs that nobody asked for; most clients send none. */
  private controlLimit: FrameLimit | undefined;
  private ending: CloseReason | undefined = undefined;

  constructor(
    readonly connectionId: string,
    readonly principal: Principal,
    /** Names from `x-extensions` that this client asked for. */
    readonly extensions: ReadonlySet<string>,
    private readonly socket: WebSocket,
    /** The stream under the socket: what the server says is framed here, because the library needs two writes a frame. */
    private readonly wire: Writable,
    private readonly framesPerSecond: number,
  ) {
    super();
    this.inbound = new InboundQueue<Session>(socket, this);
    this.receipts = new Receipts();
    listen(socket, this);
  }

  /** False from the moment a close was begun, by either side. */
  get isOpen(): boolean {
    return this.ending === undefined && this.socket.readyState === this.socket.OPEN;
  }

  /** Why this side has ended it; undefined as long as it has not. */
  get endedBy(): CloseReason | undefined {
    return this.ending;
  }

  /** What was written and the peer has not taken yet. */
  get unsentBytes(): number {
    return this.socket.bufferedAmount;
  }

  /** True if the peer keeps up well enough to be given mail. */
  get canTakeMail(): boolean {
    return (
      this.isOpen &&
      this.epoch > 0 &&
      this.socket.bufferedAmount < MAIL_BUFFER_BYTES &&
      this.receipts.size < MAX_UNPROVEN
    );
  }

  /** What the frames wait for that are still to be answered, see {@link InboundQueue}. */
  catchingUp(): Promise<void> | undefined {
    const keepsUp = this.socket.bufferedAmount < REPLY_BUFFER_BYTES;
    return keepsUp || !this.isOpen ? undefined : emptied(this.wire);
  }

  /** Whether it is us who read nothing of it at the moment: its silence says nothing then. */
  get isHeldBack(): boolean {
    return this.inbound.isHeldBack;
  }

  /** Of the frames that handlers get. */
  get frameLimit(): FrameLimit {
    return (this.ownFrameLimit ??= new FrameLimit(this.framesPerSecond));
  }

  /** Who handles the frames, one after the other, once the session is open, and who is told of its end. */
  serve(onFrame: FrameHandler, onEnd: EndHandler): void {
    this.inbound.use(onFrame);
    this.onEnd = onEnd;
  }

  /** A message has come. */
  receive(data: Buffer, isBinary: boolean): void {
    this.lastActivity = this.noteLife();
    if (!this.inbound.push(data, isBinary)) {
      this.close(Close.rateLimited);
    }
  }

  receivePing(payload: Buffer): void {
    this.noteLife();
    if (this.admitsControl() && this.hasRoom()) {
      this.socket.pong(payload);
    }
  }

  receivePong(payload: Buffer): void {
    this.noteLife();
    const sentAt = this.receipts.confirm(payload);
    if (sentAt !== undefined) {
      this.measure(sentAt);
      this.pingForReceipts();
    } else {
      this.admitsControl();
    }
  }

  /** The socket is gone. @param code of the close, 1006 if there was none */
  end(code: number): void {
    this.inbound.end();
    this.noteDeath();
    this.onEnd?.(this, code);
  }

  /** Lets the frames in that have waited for the registration. */
  open(): void {
    this.inbound.open();
  }

  /** True when the frame in hand is answered and none waits. */
  get isIdle(): boolean {
    return this.inbound.isIdle;
  }

  /** @returns false if the socket cannot take it any more */
  send(frame: string): boolean {
    const hasRoom = this.hasRoom();
    if (hasRoom) {
      this.write(frameBytes(frame));
    }
    return hasRoom;
  }

  /** @returns as {@link send} */
  sendLong(frame: LongFrame): boolean {
    const hasRoom = this.hasRoom();
    if (hasRoom) {
      this.noteWritten(writeTogether(this.wire, longFrameBytes(frame)));
    }
    return hasRoom;
  }

  /**
   * Sends a frame that matters, followed by a protocol ping, at once or as soon as earlier ones are answered. RFC 6455 obliges every
   * peer to answer it in order, so the pong proves that its WebSocket layer has read everything before it.
   * @param onReceipt called once, with the proof; never if the socket dies first
   * @returns false if nothing was written
   */
  sendWithReceipt(frame: string, onReceipt: () => void): boolean {
    const hasRoom = this.hasRoom();
    if (hasRoom) {
      this.write(frameBytes(frame, this.receipts.expect(onReceipt, performance.now())));
    }
    return hasRoom;
  }

  /** A ping that only asks for a sign of life. */
  ping(): void {
    if (this.isOpen) {
      this.receipts.ask(performance.now());
      this.wire.write(SIGN_OF_LIFE);
    }
  }

  /** Asks a peer that has said nothing yet for a sign of life. @returns false if the socket was gone before one came */
  async signOfLife(): Promise<boolean> {
    if (this.hasSpoken || !this.isOpen) {
      return this.isOpen;
    }
    this.ping();
    return this.untilLife();
  }

  close(why: CloseReason): void {
    if (this.ending) {
      return;
    }
    this.ending = why;
    this.inbound.end();
    this.socket.close(why.code, why.reason);
    setTimeout(() => this.socket.terminate(), CLOSE_TIMEOUT_MS).unref();
  }

  /** Tells the client why, then closes. */
  forceDisconnect(reason: ForceDisconnectReason): void {
    this.send(forceDisconnectFrame(reason));
    this.close(FORCE_DISCONNECT[reason].close);
  }

  /** Ends a peer that no longer answers. It may read why one day; a close handshake would wait for it in vain. */
  abandon(why: CloseReason): void {
    this.ending ??= why;
    this.socket.close(why.code, why.reason);
    this.socket.terminate();
  }

  private write(bytes: Buffer): void {
    this.wire.write(bytes);
    this.noteWritten(bytes.length);
  }

  private noteWritten(bytes: number): void {
    this.lastSent = Date.now();
    this.unread.note(bytes);
  }

  /** False, from now on for ever, for a peer that reads too slowly. */
  private hasRoom(): boolean {
    if (this.unread.isTooMuch(this.socket.bufferedAmount) && this.isOpen) {
      this.close(Close.slowReader);
    }
    return this.isOpen;
  }

  /** Counts a frame that nobody asked for and no handler gets. */
  private admitsControl(): boolean {
    this.controlLimit ??= new FrameLimit(this.framesPerSecond);
    const verdict = this.controlLimit.take();
    if (verdict.kind === 'limited' && verdict.holdMs > 0) {
      this.inbound.hold(verdict.holdMs);
    } else if (verdict.kind === 'close') {
      this.close(Close.rateLimited);
    }
    return verdict.kind === 'ok';
  }

  /** For messages that were sent without a ping of their own. */
  private pingForReceipts(): void {
    const payload = this.isOpen ? this.receipts.duePing(performance.now()) : undefined;
    if (payload !== undefined) {
      this.wire.write(pingBytes(payload));
    }
  }

  private measure(sentAt: number): void {
    this.roundTripMs = Math.round((performance.now() - sentAt) * 10) / 10;
  }
}
