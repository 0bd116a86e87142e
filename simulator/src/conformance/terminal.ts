import { acknowledgement, inquiry, paymentFrame, type Asked, type Known, type Shown } from './contract.js';
import { Device } from './device.js';

/** A card terminal. */
export class Terminal extends Device {
  private readonly disowned: string[] = [];

  /** What a till calls it: its device id. */
  get id(): string {
    return this.key.deviceId ?? '';
  }

  /** As status updates show it. */
  get shown(): Shown {
    return { terminalId: this.id, deviceId: this.id, groupId: this.key.groupId };
  }

  /** Answers a payment, without waiting. */
  answers({ transactionId }: Known, status: string, rest: object = {}): void {
    this.sends({
      action: 'paymentResponse',
      transactionId,
      paymentResponse: { transactionId, status, ...rest },
    });
  }

  /** Answers a payment, and knows that the gateway has the answer. */
  async reports(asked: Known, status: string, rest: object = {}): Promise<void> {
    this.answers(asked, status, rest);
    await this.gets(acknowledgement(asked));
  }

  /** Says, asked or not, that a payment never arrived. */
  disowns({ transactionId }: Known): void {
    this.disowned.push(transactionId);
    this.sends({ action: 'paymentUnknown', transactionId });
  }

  /** Says that a payment never arrived, and gets it once more. */
  async getsOnceMore(asked: Asked): Promise<void> {
    this.disowns(asked);
    await this.gets(paymentFrame(asked));
  }

  /** Comes back after its connection was gone, and is asked what became of a payment. [X] */
  async comesBackTo(asked: Asked): Promise<void> {
    await this.comesBack();
    await this.gets(inquiry(asked));
  }

  showsStage({ transactionId }: Known, stage: string, rest: object = {}): void {
    this.sends({ action: 'paymentProgress', transactionId, stage, ...rest });
  }

  answersCancel({ transactionId }: Known, status: 'CANCELLED' | 'TOO_LATE'): void {
    this.sends({ action: 'cancelResponse', transactionId, status });
  }

  answersVoid({ transactionId }: Known, status: 'SUCCESS' | 'FAILED', rest: object = {}): void {
    this.sends({ action: 'voidResponse', transactionId, status, ...rest });
  }

  /** How often a payment came, over all connections. */
  timesGiven(transactionId: string): number {
    const frames = this.connections.flatMap((connection) => connection.all('payment'));
    return frames.filter((frame) => frame.transactionId === transactionId).length;
  }

  /** By now this payment has come so often, and not more. */
  async hasGot({ transactionId }: Known, times: number): Promise<void> {
    await this.catchesUp();
    this.compares(times, this.timesGiven(transactionId), `${this.name} to get ${transactionId} ${times}×`);
  }

  /** How often it said that this payment never arrived. */
  timesDisowned(transactionId: string): number {
    return this.disowned.filter((id) => id === transactionId).length;
  }
}
