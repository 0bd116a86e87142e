import { WebSocket } from 'ws';
import { eventually } from './eventually.js';

/** A frame from the gateway, with the fields that tests of a whole deployment look at. */
export interface Frame {
  action: string;
  transactionId?: string;
  status?: string;
  terminals?: { deviceId?: string; status: string; metadata: object }[];
  paymentResponse?: object;
  [field: string]: unknown;
}

const RECONNECT_DELAY_MS = 50;

/** A client that comes back by itself, as every till and terminal has to. */
export class ReturningClient {
  /** How often it got in. */
  connections = 0;
  private readonly frames: Frame[] = [];
  private socket: WebSocket | undefined;
  private ended = false;

  constructor(
    private readonly url: string,
    private readonly options: { ca: string; key: string },
    private readonly onFrame: (frame: Frame, client: ReturningClient) => void = () => {},
  ) {
    this.connect();
  }

  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  send(frame: Frame): void {
    this.socket?.send(JSON.stringify(frame));
  }

  /** Sends a frame and waits for the next one of the kind that answers it. */
  async ask(frame: Frame, answer: string): Promise<Frame> {
    const before = this.frames.length;
    this.send(frame);
    return eventually(() => {
      const since = this.frames.slice(before);
      const found = since.find(({ action }) => action === answer);
      if (!found) throw new Error(`no ${answer} among ${JSON.stringify(since)}`);
      return found;
    });
  }

  close(): void {
    this.ended = true;
    this.socket?.terminate();
  }

  private connect(): void {
    const { ca, key } = this.options;
    this.socket = new WebSocket(this.url, { ca, headers: { 'x-api-key': key } })
      .on('open', () => this.connections++)
      .on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as Frame;
        this.frames.push(frame);
        this.onFrame(frame, this);
      })
      // A refusal or a cut is followed by a close.
      .on('error', () => {})
      .on('close', () => {
        if (!this.ended) setTimeout(() => this.connect(), RECONNECT_DELAY_MS);
      });
  }
}
