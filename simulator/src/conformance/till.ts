import type { Frame, ListedTerminal, Transaction } from '../wire/frame.js';
import {
  statusUpdate,
  type Asked,
  type Known,
  type PaymentRequest,
  type PresenceStatus,
  type Shown,
} from './contract.js';
import { Device } from './device.js';
import { Mismatch, untilShape } from './mismatch.js';
import { newRequest } from './request.js';
import type { ObjectShape } from './shape.js';
import type { Terminal } from './terminal.js';

/** A point of sale. */
export class Till extends Device {
  /** Asks for a payment, and knows what was asked. */
  pays(terminalId: string, request: Partial<PaymentRequest> = {}): Asked {
    const full = newRequest(request);
    const asked = { transactionId: full.transactionId, terminalId, groupId: this.key.groupId, request: full };
    this.around.asked.push(asked);
    this.repeats(asked);
    return asked;
  }

  /** Asks for the very same payment again. */
  repeats({ terminalId, request }: Pick<Asked, 'terminalId' | 'request'>): void {
    this.sends({ action: 'payment', terminalId, paymentRequest: request });
  }

  cancels({ transactionId }: Known): void {
    this.sends({ action: 'cancelPayment', transactionId });
  }

  /** The transaction as the gateway tells it. [X] */
  async looksAt({ transactionId }: Asked): Promise<Transaction> {
    const answer = await this.asks(
      { action: 'getTransaction', transactionId },
      { action: 'transactionResponse', transaction: { transactionId } },
    );
    return answer.transaction!;
  }

  /** Whether the gateway knows a transaction of this id. [X] */
  async knows(transactionId: string): Promise<boolean> {
    this.sends({ action: 'getTransaction', transactionId });
    const isAnswer = (frame: Frame) =>
      frame.transaction?.transactionId === transactionId ||
      (frame.requestAction === 'getTransaction' && frame.transactionId === transactionId);
    const expected = `${this.name} to get an answer about ${transactionId}`;
    const answer = await this.now.next(expected, isAnswer, this.around.patienceMs);
    return answer.code !== 'TRANSACTION_NOT_FOUND';
  }

  /** Looks at the transaction until it is as expected. [X] @throws Mismatch after the patience */
  async sees(asked: Asked, shape: ObjectShape, within = this.around.patienceMs): Promise<Transaction> {
    return untilShape(shape, () => this.looksAt(asked), this.around.highest, within, 'the transaction');
  }

  /** Is told that a terminal of its group has come or gone. */
  async hears(terminal: Shown, status: PresenceStatus, within?: number): Promise<Frame> {
    const { terminalId, groupId, deviceId } = terminal;
    return this.gets(statusUpdate({ terminalId, groupId, deviceId }, status), within);
  }

  /** What it was told of terminals until now no longer counts. */
  forgetsNews(): void {
    this.now.forget('terminalStatusUpdate');
  }

  /** The terminal as `getTerminals` lists it. @throws Mismatch if it is not there, or more than once */
  async finds(terminal: Terminal, request: object = {}): Promise<ListedTerminal> {
    const list = await this.asks({ action: 'getTerminals', ...request }, { action: 'terminalsResponse' });
    const [entry, ...others] = (list.terminals ?? []).filter(({ deviceId }) => deviceId === terminal.id);
    if (!entry || others.length > 0) {
      throw new Mismatch(`${terminal.id} once in the list`, this.now.textOf(list));
    }
    return entry;
  }
}
