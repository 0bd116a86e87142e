import { Injectable } from '@nestjs/common';
import { GatewayError } from '../protocol/index.js';
import { Pulse } from '../presence/index.js';
import { Ledger } from './ledger.js';
import { PaymentIndex } from './payment-index.js';
import { attentionOf } from './payment-summary.js';
import { resolve } from './scripts.js';

export const RESOLUTION_OUTCOMES = ['charged', 'not-charged', 'refunded', 'other'] as const;
export type ResolutionOutcome = (typeof RESOLUTION_OUTCOMES)[number];

/** What an operator has found out about a payment that nobody was certain of. */
export interface Resolution {
  outcome: ResolutionOutcome;
  note: string;
  /** Public name of the key that said so. */
  by: string;
  /** ms by the store's clock. */
  at: number;
}

/**
 * Notes what became of payments that the gateway can not tell. A later resolution takes the place of an earlier one: people
 * correct themselves, and the audit has both.
 */
@Injectable()
export class Resolutions {
  constructor(
    private readonly ledger: Ledger,
    private readonly index: PaymentIndex,
    private readonly pulse: Pulse,
  ) {}

  /** @throws GatewayError `TRANSACTION_NOT_FOUND`, `NOTHING_TO_RESOLVE`, `PAYMENT_CHANGED` */
  async resolve(
    groupId: string,
    transactionId: string,
    said: Pick<Resolution, 'outcome' | 'note' | 'by'>,
  ): Promise<Resolution> {
    const record = await this.index.record(groupId, transactionId);
    if (!record) {
      throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
    }
    if (attentionOf(record) === undefined) {
      throw new GatewayError('NOTHING_TO_RESOLVE', { transactionId });
    }
    const { outcome, note, by } = said;
    const resolution: Resolution = { outcome, note, by, at: Math.round(this.pulse.storeTime(Date.now())) };
    const subject = { groupId, transactionId, terminalKey: record.terminalKey };
    const [answer] = await this.ledger.store.run(resolve, this.ledger.keys(subject), {
      version: record.version,
      expected: record.resolution ?? '',
      resolution: JSON.stringify(resolution),
      ...this.ledger.args(subject),
    });
    if (answer === 'changed') {
      throw new GatewayError('PAYMENT_CHANGED', { transactionId });
    }
    return resolution;
  }
}
