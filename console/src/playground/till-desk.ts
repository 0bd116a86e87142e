import { signal } from '@preact/signals';
import { Connection, PROGRESS_EXTENSION, newTransactionId, type ClientFrame } from '../api/contract.js';
import { Cable, type OpenWire } from './cable.js';
import type { FrameEntry } from './frame-entry.js';
import { FrameLog } from './frame-log.js';
import { BACKOFF, endState, type LineState } from './line-state.js';

/** Where a device of the playground connects, and as whom. */
export interface DeviceTarget {
  /** `ws:` or `wss:`, without the key. */
  url: string;
  apiKey: string;
}

/**
 * The till of the playground. Nothing between the buttons and the wire but the client library's connection, which comes back by
 * itself: what a till of one's own would send is exactly what the log shows.
 */
export class TillDesk {
  readonly line = signal<LineState>({ kind: 'off' });
  readonly isCableCut = signal(false);
  /** The latest payment as it was sent, so that the very same request can be sent again. */
  readonly latest = signal<(ClientFrame & { action: 'payment' }) | undefined>(undefined);
  /** What the gateway said next after a frame of the user's own. */
  readonly reply = signal<FrameEntry | undefined>(undefined);
  readonly log = new FrameLog();
  private readonly cable: Cable;
  private readonly connection: Connection;
  private isReplyDue = false;

  /** @param tell hears of every entry of the log too */
  constructor(
    { url, apiKey }: DeviceTarget,
    private readonly terminalId: string,
    openWire: OpenWire,
    tell: (entry: FrameEntry) => void,
  ) {
    this.cable = new Cable(openWire, (entry) => {
      this.log.add(entry);
      this.hear(entry);
      tell(entry);
    });
    const options = { url, apiKey, extensions: [PROGRESS_EXTENSION], backoff: BACKOFF };
    this.connection = new Connection(
      { ...options, webSocket: this.cable.socketClass },
      {
        prepare: async () => {},
        onReady: () => (this.line.value = { kind: 'on' }),
        onFrame: () => {},
        onLost: ({ code }) => (this.line.value = { kind: 'waiting', code }),
        onFailed: () => (this.line.value = { kind: 'connecting' }),
        onEnded: (error) => (this.line.value = endState(error)),
      },
    );
  }

  connect(): void {
    if (this.line.value.kind === 'off' || this.line.value.kind === 'ended') {
      this.line.value = { kind: 'connecting' };
    }
    this.connection.open();
  }

  disconnect(): void {
    this.connection.close();
  }

  cutCable(isCut: boolean): void {
    this.isCableCut.value = isCut;
    if (isCut) this.cable.cut();
    else this.cable.plugIn();
  }

  pay(amount: string, currency: string): void {
    const transactionId = newTransactionId();
    const paymentRequest = { transactionId, amount, currency, paymentMethod: 'CARD' as const };
    this.latest.value = { action: 'payment', terminalId: this.terminalId, paymentRequest };
    this.payAgain();
  }

  /** The same request once more: the gateway must not hand it over twice. */
  payAgain(): void {
    if (this.latest.value) this.connection.send(this.latest.value);
  }

  cancel(transactionId: string): void {
    this.connection.send({ action: 'cancelPayment', transactionId });
  }

  askTransaction(transactionId: string): void {
    this.connection.send({ action: 'getTransaction', transactionId });
  }

  listTerminals(): void {
    this.connection.send({ action: 'getTerminals', includeOffline: true });
  }

  /** Whatever the user has written, unaltered. @returns false if there is no connection */
  sendText(text: string): boolean {
    this.reply.value = undefined;
    this.isReplyDue = this.cable.send(text);
    return this.isReplyDue;
  }

  private hear(entry: FrameEntry): void {
    if (!this.isReplyDue || entry.direction !== 'in') return;
    this.isReplyDue = false;
    this.reply.value = entry;
  }
}
