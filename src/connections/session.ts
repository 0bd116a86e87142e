import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import {
  Close,
  FORCE_DISCONNECT,
  forceDisconnectFrame,
  type CloseReason,
  type ForceDisconnectReason,
  type Principal,
} from '../protocol/index.js';
import { frameBytes, pingBytes } from './frame-bytes.js';
import { FrameLimit } from './frame-limit.js';
import { InboundQueue, type OwnedHandler } from './inbound-queue.js';
import { Receipts } from './receipts.js';

/** Above this many unsent bytes no further mail is written: it stays in the mailbox, which does not forget. */
const MAIL_BUFFER_BYTES = 256 * 1024;
/** Above this the reader is too slow to keep. */
const MAX_BUFFER_BYTES = 1024 * 1024;
/** With so many messages written and none proven to be read, no further mail is written either. */
const MAX_UNPROVEN = 1_000;
/** The ping of every heartbeat. */
const SIGN_OF_LIFE = pingBytes('');
/** How long a peer may take to answer a close before its socket is destroyed. */
const CLOSE_TIMEOUT_MS = 2_000;

/** A message in a mailbox, and which deposit of it. */
interface Deposit {
  id: string;
  stamp: string;
}

/** Handles one frame of a session; never rejects. */
export type FrameHandler = OwnedHandler<Session>;

/**
 * One socket of this instance and all that is known of it here. It has an epoch once the store has registered it; until
 * then its frames wait.
 */
export class Session {
  /** Set by registration; 0 before. */
  epoch = 0;
  /** The store's clock at registration, ms. */
  registeredAt = 0;
  /** Its key was never connected before: whatever it asks for, it asks for the first time. */
  isFirst = false;
  /** Status updates up to this number of the group's log are not for this session. */
  statusSequence = 0;
  /** A newer connection is known to have this epoch, learned before the own registration was answered. */
  displacedBy = 0;
  readonly connectedAt = Date.now();
  /** When anything last came from the peer, and last went to it; ms since the epoch. */
  lastHeard = this.connectedAt;
  lastSent = this.connectedAt;
  /** When it was last asked for a sign of life, ms since the epoch; 0 = never. */
  lastAsked = 0;
  /** When the last message came; a sign of life is none. */
  lastActivity = this.connectedAt;
  /** Latest time from a protocol ping to its pong, ms; undefined before the first one. */
  roundTripMs: number | undefined;
  /** What the store was told of it last, and when (ms since the epoch; 0 = never). */
  storedRoundTripMs = 0;
  roundTripStoredAt = 0;

  /** Mail on its way to this socket, written or about to be: message id → stamp of its deposit. Most clients never get any. */
  private flights: Map<string, string> | undefined;
  private readonly inbound: InboundQueue<Session>;
  private readonly receipts: Receipts;
  private ownFrameLimit: FrameLimit | undefined;
  /** Of pings, and of pongs that nobody asked for; most clients send none. */
  private controlLimit: FrameLimit | undefined;
  private ending: CloseReason | undefined = undefined;
  /** Bytes of the longest long frame since the buffer was last within its bounds: one terminal list makes nobody slow. */
  private largestUnsent = 0;

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
    this.inbound = new InboundQueue<Session>(socket, this);
    this.receipts = new Receipts();
    socket.on('message', (data, isBinary) => {
      this.lastHeard = this.lastActivity = Date.now();
      if (!this.inbound.push(data as Buffer, isBinary)) {
        this.close(Close.rateLimited);
      }
    });
    socket.on('ping', (payload: Buffer) => {
      this.lastHeard = Date.now();
      if (this.admitsControl() && this.hasRoom()) {
        this.socket.pong(payload);
      }
    });
    socket.on('pong', (payload: Buffer) => {
      this.lastHeard = Date.now();
      const sentAt = this.receipts.confirm(payload);
      if (sentAt !== undefined) {
        this.measure(sentAt);
        this.pingForReceipts();
      } else {
        this.admitsControl();
      }
    });
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

  /** How many messages are on their way to it. */
  get mailInFlight(): number {
    return this.flights?.size ?? 0;
  }

  /** True if this very deposit of a message is on its way. */
  isInFlight({ id, stamp }: Deposit): boolean {
    return this.flights?.get(id) === stamp;
  }

  beginFlight({ id, stamp }: Deposit): void {
    (this.flights ??= new Map()).set(id, stamp);
  }

  /** A newer deposit of the same message may be on its way by now; that one is not over. */
  endFlight(deposit: Deposit): void {
    if (this.isInFlight(deposit)) {
      this.flights!.delete(deposit.id);
    }
  }

  /** Whether it is us who read nothing of it at the moment: its silence says nothing then. */
  get isHeldBack(): boolean {
    return this.socket.isPaused;
  }

  /** Of the frames that handlers get. */
  get frameLimit(): FrameLimit {
    return (this.ownFrameLimit ??= new FrameLimit(this.framesPerSecond));
  }

  /** Who handles the frames, one after the other, once the session is open. */
  handleFrames(handler: FrameHandler): void {
    this.inbound.use(handler);
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

  close(why: CloseReason): void {
    if (this.ending) {
      return;
    }
    this.ending = why;
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
    this.lastSent = Date.now();
    if (bytes.length > MAIL_BUFFER_BYTES) {
      this.largestUnsent = Math.max(this.largestUnsent, bytes.length);
    }
    this.wire.write(bytes);
  }

  /** False, from now on for ever, for a peer that reads too slowly. */
  private hasRoom(): boolean {
    const { bufferedAmount } = this.socket;
    if (bufferedAmount <= MAX_BUFFER_BYTES) {
      this.largestUnsent = 0;
    } else if (this.isOpen && bufferedAmount > MAX_BUFFER_BYTES + this.largestUnsent) {
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
