import type { WebSocket } from 'ws';

/** Handles one frame of its owner; never rejects. */
export type OwnedHandler<O> = (owner: O, data: Buffer, isBinary: boolean) => Promise<void>;

/** Whose frames wait. */
interface Reader {
  /** Undefined if it reads what it is sent, else resolves when it has caught up or is gone. */
  catchingUp(): Promise<unknown> | undefined;
}

/** Beyond this many waiting frames the socket is not read, so that TCP holds the sender back. */
const MAX_WAITING_FRAMES = 16;
/** What was received already is still handed out then. Frames of a use are too long for so many of them to come at once. */
const MOST_WAITING_FRAMES = 1_024;

/**
 * One frame at a time per socket, in the order in which they came. Closed until the session is registered. Who does not read the
 * answers gets no more of them before he has.
 */
export class InboundQueue<O extends Reader> {
  private readonly waiting: { data: Buffer; isBinary: boolean }[] = [];
  private handler: OwnedHandler<O> | undefined;
  private busy = false;
  private isOpen = false;
  private isHeld = false;
  private isAhead = false;
  private isOver = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly owner: O,
  ) {}

  /** @param handler for every frame from now on */
  use(handler: OwnedHandler<O>): void {
    this.handler = handler;
  }

  open(): void {
    this.isOpen = !this.isOver;
    this.pump();
  }

  get isIdle(): boolean {
    return !this.busy && this.waiting.length === 0;
  }

  /** Whether it is us who read nothing of the peer, and not the peer who does not read. */
  get isHeldBack(): boolean {
    return this.socket.isPaused && !this.isAhead;
  }

  /** Reads nothing for a while. */
  hold(ms: number): void {
    if (this.isHeld) {
      return;
    }
    this.isHeld = true;
    this.socket.pause();
    setTimeout(() => {
      this.isHeld = false;
      this.readOn();
    }, ms);
  }

  /** Nobody is there to read the answers: what waits is forgotten, as if the line had broken before. */
  end(): void {
    this.isOpen = false;
    this.isOver = true;
    this.waiting.length = 0;
  }

  /** @returns false if there is no room for it */
  push(data: Buffer, isBinary: boolean): boolean {
    if (this.isOver) {
      return true;
    }
    if (this.waiting.length >= MOST_WAITING_FRAMES) {
      return false;
    }
    if (this.isFree && this.waiting.length === 0) {
      void this.work(data, isBinary);
      return true;
    }
    this.waiting.push({ data, isBinary });
    if (this.waiting.length > MAX_WAITING_FRAMES) {
      this.socket.pause();
    }
    this.pump();
    return true;
  }

  private get isFree(): boolean {
    return !this.busy && this.isOpen && this.handler !== undefined;
  }

  private readOn(): void {
    if (this.socket.isPaused && !this.isHeld && this.waiting.length <= MAX_WAITING_FRAMES / 2) {
      this.socket.resume();
    }
  }

  private pump(): void {
    const next = this.isFree ? this.waiting.shift() : undefined;
    if (next) {
      void this.work(next.data, next.isBinary);
    }
  }

  private async work(data: Buffer, isBinary: boolean): Promise<void> {
    this.busy = true;
    try {
      await this.handler!(this.owner, data, isBinary);
    } finally {
      const catchingUp = this.owner.catchingUp();
      if (catchingUp) {
        await this.waitFor(catchingUp);
      }
      this.busy = false;
      this.readOn();
      this.pump();
    }
  }

  private async waitFor(catchingUp: Promise<unknown>): Promise<void> {
    this.isAhead = true;
    await catchingUp;
    this.isAhead = false;
  }
}
