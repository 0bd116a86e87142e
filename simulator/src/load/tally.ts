import type { Entry } from '../devices/journal.js';
import { Latencies } from './latencies.js';

/** How payments can end for their till. */
export const ENDINGS = ['approved', 'declined', 'cancelled', 'given up', 'voided', 'let go'] as const;

export type EndingName = (typeof ENDINGS)[number];

/** `errorCode`s with which the gateway itself fails a payment. */
const GIVEN_UP = new Set(['NOT_DELIVERED', 'TERMINAL_DISCONNECTED', 'NO_RESPONSE']);

interface Moments {
  asked: number;
  received?: number;
  responded?: number;
}

/** Counts and times of a run, kept while it goes on, from what the devices write down. */
export class Tally {
  readonly endings: Record<EndingName, number> = {
    approved: 0,
    declined: 0,
    cancelled: 0,
    'given up': 0,
    voided: 0,
    'let go': 0,
  };
  readonly refusals = new Map<string, number>();
  readonly latencies = new Latencies();
  private readonly moments = new Map<string, Moments>();
  /** Payments with an ending; what is asked and told of them again counts no more. */
  private readonly ended = new Set<string>();

  note({ what, tx = '', at, status, code = '' }: Entry): void {
    const moments = this.moments.get(tx);
    switch (what) {
      case 'asked':
        if (!moments && !this.ended.has(tx)) this.moments.set(tx, { asked: at });
        return;
      case 'received':
        if (moments) moments.received ??= at;
        return;
      case 'responded':
        if (moments) moments.responded ??= at;
        return;
      case 'complete':
        if (moments) this.onComplete(tx, moments, at, status, code);
        return;
      case 'corrected':
        this.endings['given up']--;
        this.endings.voided++;
        return;
      case 'let-go':
        this.end(tx, 'let go');
        return;
      case 'refused':
        this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
        return;
      default:
        return;
    }
  }

  private onComplete(
    tx: string,
    moments: Moments,
    at: number,
    status: string | undefined,
    code: string,
  ): void {
    if (status === 'SUCCESS') this.end(tx, 'approved');
    else if (status === 'CANCELLED') this.end(tx, 'cancelled');
    else this.end(tx, GIVEN_UP.has(code) ? 'given up' : 'declined');
    const { asked, received = NaN, responded = NaN } = moments;
    this.latencies.add('till to terminal', received - asked);
    this.latencies.add('at the terminal', responded - received);
    this.latencies.add('terminal to till', at - responded);
    this.latencies.add('whole payment', at - asked);
  }

  private end(tx: string, ending: EndingName): void {
    this.moments.delete(tx);
    this.ended.add(tx);
    this.endings[ending]++;
  }
}
