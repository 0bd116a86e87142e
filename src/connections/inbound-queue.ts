import type { WebSocket } from 'ws';

/** Handles one frame; never rejects. */
export type FrameHandler = (data: Buffer, isBinary: boolean) => Promise<void>;

/** Beyond this many waiting frames the socket is not read, so that TCP holds the sender back. */
const MAX_WAITING_FRAMES = 16;

/** One frame at a time per socket, in the order in which they came. Closed until the session is registered. */
export class InboundQueue {
  private readonly waiting: { data: Buffer; isBinary: boolean }[] = [];
  private handler: FrameHandler | undefined;
  private busy = false;
  private isOpen = false;

  constructor(private readonly socket: WebSocket) {}

  /** @param handler for every frame from now on */
  use(handler: FrameHandler): void {
    this.handler = handler;
  }

  open(): void {
    this.isOpen = true;
    this.pump();
  }

  get isIdle(): boolean {
    return !this.busy && this.waiting.length === 0;
  }

  push(data: Buffer, isBinary: boolean): void {
    this.waiting.push({ data, isBinary });
    if (this.waiting.length > MAX_WAITING_FRAMES) {
      this.socket.pause();
    }
    this.pump();
  }

  private pump(): void {
    if (this.busy || !this.isOpen || !this.handler) {
      return;
    }
    const next = this.waiting.shift();
    if (!next) {
      return;
    }
    this.busy = true;
    void this.handler(next.data, next.isBinary).finally(() => {
      this.busy = false;
      if (this.socket.isPaused && this.waiting.length <= MAX_WAITING_FRAMES / 2) {
        this.socket.resume();
      }
      this.pump();
    });
  }
}
