import { WebSocket } from 'ws';
import type { Random } from '../../simulator/src/devices/random.js';
import type { Journal } from './history.js';

/** A frame of the gateway, parsed. */
export interface Frame {
  action: string;
  transactionId?: string;
  [member: string]: any;
}

export interface LineOptions {
  name: string;
  url: string;
  ca: string;
  key: string;
  random: Random;
  journal: Journal;
  headers?: Record<string, string>;
}

const ASK_FOR_LIFE_MS = 1_000;
const DEAD_AFTER_MS = 3_000;
const LOOK_MS = 250;
const FIRST_DELAY_MS = 100;
const LAST_DELAY_MS = 2_000;
const DISPLACED = 4001;

/**
 * A connection that is made again whenever it ends, with jittered back-off, and that ends itself when nothing is heard:
 * what the contract expects of every client.
 */
export abstract class Line {
  readonly name: string;
  readonly journal: Journal;
  /** How many connections there were. */
  connections = 0;
  /** Close codes and how often they came. */
  readonly closings = new Map<number, number>();
  protected readonly random: Random;
  private socket: WebSocket | undefined;
  private attempts = 0;
  private heardAt = 0;
  private askedAt = 0;
  private awayUntil = 0;
  private stopped = false;
  private redial: NodeJS.Timeout | undefined;
  private readonly watchdog: NodeJS.Timeout;

  constructor(private readonly options: LineOptions) {
    this.name = options.name;
    this.journal = options.journal;
    this.random = options.random;
    this.watchdog = setInterval(() => this.watch(), LOOK_MS);
    this.dial();
  }

  /** A client that hangs does not write either. */
  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN && !this.socket.isPaused;
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.watchdog);
    clearTimeout(this.redial);
    this.socket?.terminate();
  }

  /** The connection ends without a word. */
  cut(): void {
    this.socket?.terminate();
  }

  /** Nothing is read for a while, as by a process that hangs; with `dies` the process ends after it without reading on. */
  stopReading(ms: number, dies = false): void {
    const { socket } = this;
    if (!this.isOpen || !socket) return;
    this.heardAt = Date.now() + ms;
    socket.pause();
    setTimeout(() => (dies ? socket.terminate() : socket.resume()), ms).unref();
  }

  /** Gone for a while. */
  stayAway(ms: number): void {
    this.awayUntil = Date.now() + ms;
    this.cut();
  }

  /** @returns false if there is no connection; whatever was to be said must be said after the next one is made */
  protected send(frame: object): boolean {
    if (!this.isOpen) return false;
    this.socket!.send(JSON.stringify(frame));
    return true;
  }

  protected abstract onOpen(): void;
  protected abstract onFrame(frame: Frame): void;

  private dial(): void {
    if (this.stopped) return;
    const { url, ca, key, headers } = this.options;
    const socket = new WebSocket(url, {
      ca,
      headers: { 'x-api-key': key, ...headers },
      handshakeTimeout: DEAD_AFTER_MS,
    });
    this.socket = socket;
    this.heardAt = Date.now();
    const heard = () => (this.heardAt = Math.max(this.heardAt, Date.now()));
    socket.on('open', () => {
      heard();
      this.attempts = 0;
      this.connections++;
      this.journal.add({ what: 'connected', connection: this.connections });
      this.onOpen();
    });
    socket.on('ping', heard).on('pong', heard);
    socket.on('message', (data: Buffer) => {
      heard();
      // What still lies in the buffers of a connection that was given up was never read.
      if (socket === this.socket && socket.readyState === WebSocket.OPEN) this.take(data);
    });
    // Resets and refusals; a close follows.
    socket.on('error', () => {});
    socket.once('close', (code) => this.onClose(code));
  }

  private take(data: Buffer): void {
    this.onFrame(JSON.parse(data.toString()) as Frame);
  }

  private onClose(code: number): void {
    this.closings.set(code, (this.closings.get(code) ?? 0) + 1);
    this.journal.add({ what: 'disconnected', code: String(code), connection: this.connections });
    if (this.stopped) return;
    const limit = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.attempts++);
    const pause = code === DISPLACED ? LAST_DELAY_MS : this.random.int(FIRST_DELAY_MS / 2, limit);
    this.redial = setTimeout(() => this.dial(), Math.max(pause, this.awayUntil - Date.now()));
  }

  private watch(): void {
    if (!this.isOpen) return;
    const now = Date.now();
    if (now - this.heardAt > DEAD_AFTER_MS) {
      this.cut();
    } else if (now - this.heardAt > ASK_FOR_LIFE_MS && now - this.askedAt > ASK_FOR_LIFE_MS) {
      this.askedAt = now;
      this.socket!.ping();
    }
  }
}
