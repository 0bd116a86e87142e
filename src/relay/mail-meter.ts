import { Injectable } from '@nestjs/common';
import { Metrics, type Count, type Durations } from '../metrics/index.js';
import { Pulse } from '../presence/index.js';
import { kindOf, type Mail, type MailKind } from './mail.js';

interface Meter {
  written: Count;
  delivery: Durations;
  received: Count;
  receipt: Durations;
}

/** Measures how payments and results get to their receivers. Other mail is too rare to tell anything. */
@Injectable()
export class MailMeter {
  private readonly meters: { readonly [K in MailKind]?: Meter };

  constructor(
    { deliveryDuration, receiptDuration, paymentStages }: Metrics,
    private readonly pulse: Pulse,
  ) {
    const deliveries = deliveryDuration.by('receiver');
    const receipts = receiptDuration.by('receiver');
    const { sent, received, pushed, receipted } = paymentStages.by('stage');
    this.meters = {
      p: { written: sent, delivery: deliveries.terminal, received, receipt: receipts.terminal },
      r: { written: pushed, delivery: deliveries.till, received: receipted, receipt: receipts.till },
    };
  }

  /**
   * A message was written to its receiver.
   * @param at ms since the epoch @param wasAway the receiver was not connected when the message came: no hint was on its way
   */
  written(mail: Mail, at: number, wasAway: boolean): void {
    const meter = this.meters[kindOf(mail.id)];
    meter?.written.add();
    if (meter && !wasAway) {
      meter.delivery.observe((this.pulse.storeTime(at) - Number(mail.stamp) / 1000) / 1000);
    }
  }

  /** The receiver has proven to have read it. @param writtenAt ms since the epoch */
  received(mail: Mail, writtenAt: number): void {
    const meter = this.meters[kindOf(mail.id)];
    meter?.received.add();
    meter?.receipt.observe((Date.now() - writtenAt) / 1000);
  }
}
