import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame, PosClient } from './clients.js';
import { Persistent, PersistentTerminal } from './persistent.js';

const RETRY_MS = 50;
/** How long a till hears nothing of a payment before it asks what became of it. */
const ASK_AFTER_MS = 3_000;

/** How a payment ended for the till that asked for it. */
export interface Ended {
  transactionId: string;
  /**
   * `refused`: by an error frame. `forgotten`: no word came, and the gateway does not know it when asked. Both may be followed
   * by more, see {@link CandidTill.results}.
   */
  kind: 'completed' | 'failed' | 'refused' | 'forgotten';
  code: string | undefined;
  retrySafe: boolean | undefined;
  /** When it was asked for, and when this became known; ms since the epoch. */
  begunAt: number;
  endedAt: number;
}

/** A till that asks for each payment once, believes what it is told, and writes it down. */
export class CandidTill extends Persistent<PosClient> {
  readonly ended: Ended[] = [];
  /** Every `paymentComplete` by its transaction, repeated ones too. */
  readonly results = new Map<string, Frame[]>();
  private waiting: { transactionId: string; give: (frame: Frame) => void } | undefined;

  constructor(connect: () => Promise<PosClient>) {
    super(connect);
  }

  /** Asks for a payment and waits for its end, be it good or bad. */
  async pay(terminalId: string, transactionId: string): Promise<Ended> {
    await this.connected();
    const begunAt = Date.now();
    const request = { transactionId, amount: '1.00', currency: 'PHP', paymentMethod: 'CARD' };
    let frame = await this.answerTo(transactionId, () => this.current!.pay(terminalId, request));
    // A till that hears nothing asks, as long as the payment may still end.
    while (!frame || isOpen(frame)) {
      await this.connected();
      frame = await this.answerTo(transactionId, () =>
        this.current!.send({ action: 'getTransaction', transactionId }),
      );
      if (frame && isOpen(frame)) await sleep(RETRY_MS);
    }
    const ended = { transactionId, ...readEnd(frame), begunAt, endedAt: Date.now() };
    this.ended.push(ended);
    return ended;
  }

  /** What the gateway says of a transaction when asked; undefined if it does not know it. */
  async look(transactionId: string): Promise<Frame | undefined> {
    for (;;) {
      await this.connected();
      const frame = await this.answerTo(transactionId, () =>
        this.current!.send({ action: 'getTransaction', transactionId }),
      );
      if (frame?.action === 'transactionResponse') return frame.transaction as Frame;
      if (frame?.code === 'TRANSACTION_NOT_FOUND') return undefined;
    }
  }

  protected override onConnected(): void {}

  protected override onFrame(frame: Frame): void {
    const transactionId = (frame.transactionId ?? frame.transaction?.transactionId) as string | undefined;
    if (frame.action === 'paymentComplete') {
      this.results.set(transactionId!, [...(this.results.get(transactionId!) ?? []), frame]);
    }
    // A store that is away is told without naming the transaction that was asked for.
    const isForWaiting = transactionId === this.waiting?.transactionId || isLookUpRefused(frame);
    if (isForWaiting) this.waiting?.give(frame);
  }

  private async connected(): Promise<void> {
    while (!this.isConnected) await sleep(RETRY_MS);
  }

  /** The first frame about the transaction; undefined after some silence. */
  private answerTo(transactionId: string, ask: () => void): Promise<Frame | undefined> {
    return new Promise<Frame | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), ASK_AFTER_MS);
      this.waiting = {
        transactionId,
        give: (frame) => {
          clearTimeout(timer);
          resolve(frame);
        },
      };
      ask();
    });
  }
}

/** A terminal that keeps each result until it is acknowledged, and sends it again when the store was away. */
export class CandidTerminal extends PersistentTerminal {
  protected override onFrame(frame: Frame): void {
    super.onFrame(frame);
    if (frame.action === 'error' && frame.code === 'STORE_UNAVAILABLE') {
      setTimeout(() => this.repeat(), RETRY_MS);
    }
  }

  private repeat(): void {
    if (!this.isConnected) return;
    for (const transactionId of this.unacknowledged) this.current!.respond(transactionId, 'SUCCESS');
  }
}

function isLookUpRefused({ action, requestAction }: Frame): boolean {
  return action === 'error' && requestAction === 'getTransaction';
}

/** It says nothing final. */
function isOpen({ action, code, requestAction, transaction }: Frame): boolean {
  if (action === 'transactionResponse') {
    return ['PENDING', 'AWAITING_RECONNECT'].includes((transaction as { status: string }).status);
  }
  return requestAction === 'getTransaction' && code !== 'TRANSACTION_NOT_FOUND';
}

function readEnd(frame: Frame): Pick<Ended, 'kind' | 'code' | 'retrySafe'> {
  if (frame.action === 'error') {
    const kind = frame.code === 'TRANSACTION_NOT_FOUND' ? 'forgotten' : 'refused';
    return { kind, code: frame.code as string, retrySafe: frame.retrySafe as boolean | undefined };
  }
  const { status, retrySafe, paymentResponse } =
    frame.action === 'transactionResponse' ? frame.transaction : frame;
  const isGood = status === 'SUCCESS' || status === 'COMPLETED';
  return { kind: isGood ? 'completed' : 'failed', code: paymentResponse?.errorCode, retrySafe };
}
