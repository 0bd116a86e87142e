import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import type { Session } from '../connections/index.js';
import { paymentIds, type Logger } from '../logging/index.js';
import {
  GatewayError,
  GatewayFailure,
  paymentFrame,
  paymentInquiryFrame,
  terminalIdOf,
} from '../protocol/index.js';
import { fromMember, memberOf, Presence, Pulse } from '../presence/index.js';
import { partitionOf, StoreUnavailable } from '../redis/index.js';
import { unescapeId } from '../relay/index.js';
import { Ledger, type Subject } from './ledger.js';
import { Outcomes } from './outcomes.js';
import { requeue, resume, suspend } from './scripts.js';

const RETRY_MS = 200;

/** What becomes of an open payment when its terminal drops, comes back, or says that it never got it. */
@Injectable()
export class Interruptions {
  constructor(
    private readonly ledger: Ledger,
    private readonly presence: Presence,
    private readonly outcomes: Outcomes,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
    pulse: Pulse,
  ) {
    pulse.watch({ name: 'lost', onDue: (groupId, keyId) => this.onLost(groupId, keyId) });
  }

  /** A terminal with an open payment has dropped. Comes again from the sweep until the store has taken note. */
  async onLost(groupId: string, terminalKey: string): Promise<void> {
    const transactionId = await this.openPayment(groupId, terminalKey);
    if (transactionId === undefined) {
      const key = this.presence.keys.of(partitionOf(groupId), 'lost');
      await this.ledger.store.ask((redis) => redis.zrem(key, memberOf(groupId, terminalKey)));
      return;
    }
    const subject = { groupId, transactionId, terminalKey };
    const [outcome] = await this.ledger.store.run(
      suspend,
      this.ledger.keys(subject),
      this.ledger.args(subject),
    );
    if (outcome !== 'gone') {
      return;
    }
    const ending = await this.outcomes.ending(groupId, transactionId);
    if (ending) {
      await this.outcomes.giveUp('disconnected', ending, GatewayFailure.terminalDisconnected);
    }
  }

  /** A terminal with an open payment is back: the payment goes on, and the terminal is asked about it. */
  async onBack(session: Session): Promise<void> {
    while (session.isOpen) {
      try {
        await this.resume(session);
        return;
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) {
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /**
   * The terminal says that a payment it was asked about never arrived: it is handed over once more.
   * @throws GatewayError `TRANSACTION_NOT_FOUND` if this terminal was not given the payment
   */
  async onUnknown({ principal, connectionId }: Session, transactionId: string): Promise<void> {
    const { groupId, keyId: terminalKey, deviceId } = principal;
    const subject = { groupId, transactionId, terminalKey };
    const { request } = await this.ledger.read(groupId, transactionId, ['request']);
    const terminalId = terminalIdOf({ deviceId, connectionId });
    const timestamp = new Date().toISOString();
    const order = { terminalId, transactionId, requestText: request ?? '{}' };
    const frame = paymentFrame(order, { groupId, timestamp });
    const { deliveryTimeoutMs } = this.config;
    const args = { deliveryTimeoutMs, frame, ...this.ledger.args(subject) };
    const [outcome] = await this.ledger.store.run(requeue, this.ledger.keys(subject), args);
    if (outcome === 'unknown') {
      throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
    }
    this.logger.info({ ...paymentIds(subject), outcome }, 'the terminal does not know the payment');
  }

  private async resume({ principal, connectionId, epoch }: Session): Promise<void> {
    const { groupId, keyId: terminalKey, deviceId } = principal;
    const transactionId = await this.openPayment(groupId, terminalKey);
    if (transactionId === undefined) {
      return;
    }
    const subject: Subject = { groupId, transactionId, terminalKey };
    const frame = paymentInquiryFrame({ ...subject, terminalId: terminalIdOf({ deviceId, connectionId }) });
    const { paymentTimeoutMs } = this.config;
    const args = { epoch, paymentTimeoutMs, frame, ...this.ledger.args(subject) };
    await this.ledger.store.run(resume, this.ledger.keys(subject), args);
  }

  private async openPayment(groupId: string, terminalKey: string): Promise<string | undefined> {
    const key = this.presence.keys.endpoint(groupId, terminalKey);
    const member = await this.ledger.store.ask((redis) => redis.hget(key, 'tx'));
    return member === null ? undefined : unescapeId(fromMember(member).id);
  }
}
