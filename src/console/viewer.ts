import type { Response } from 'express';

/** Above this many unsent bytes the reader is too slow to keep: it comes back and begins with a new snapshot. */
const MAX_BUFFER_BYTES = 4 * 1024 * 1024;
/** How long a reader may take to read the end. */
const END_TIMEOUT_MS = 2_000;
/** How long the page waits before it comes back, ms. */
const RETRY_MS = 2_000;

/** One page that watches, over a stream of server-sent events. */
export class Viewer {
  private hasBegun = false;
  private isOver = false;

  constructor(
    private readonly response: Response,
    /** Whether its session is still valid. */
    readonly isSignedIn: () => Promise<boolean>,
  ) {
    response.once('close', () => (this.isOver = true));
  }

  get isOpen(): boolean {
    return !this.isOver && !this.response.closed;
  }

  /** What is sent before it is lost: the viewer gets the state of everything first. */
  begin(): void {
    const { response } = this;
    if (!this.isOpen) {
      return;
    }
    response.statusCode = 200;
    response.setHeader('content-type', 'text/event-stream; charset=utf-8');
    response.setHeader('cache-control', 'no-store, no-transform');
    // Proxies of the nginx family would else collect events before they pass them on.
    response.setHeader('x-accel-buffering', 'no');
    this.hasBegun = true;
    response.write(`retry: ${RETRY_MS}\n\n`);
  }

  /** @param text one or more whole events, as {@link eventText} makes them */
  send(text: string): void {
    if (!this.isOpen || !this.hasBegun) {
      return;
    }
    if (this.response.writableLength > MAX_BUFFER_BYTES) {
      this.drop();
    } else {
      this.response.write(text);
    }
  }

  /** Sends, and resolves when the reader has room for more, or is gone. */
  async sendPaced(text: string): Promise<void> {
    this.send(text);
    if (this.isOpen && this.response.writableNeedDrain) {
      await new Promise<void>((resolve) => {
        this.response.once('drain', resolve);
        this.response.once('close', resolve);
      });
    }
  }

  /** Ends the stream in order; the page comes back by itself. */
  end(): void {
    if (this.isOpen && this.hasBegun) {
      this.isOver = true;
      this.response.end();
      // A reader that takes nothing must not hold up an instance that stops.
      setTimeout(() => this.response.destroy(), END_TIMEOUT_MS).unref();
    }
  }

  /** Ends it without waiting for what the reader has not taken. */
  private drop(): void {
    this.isOver = true;
    this.response.destroy();
  }
}

export function eventText(event: 'floor' | 'payments' | 'health', data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What keeps proxies from taking a quiet stream for a dead one. */
export const HEARTBEAT_TEXT = ':\n\n';
