import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import type { Session } from '../connections/index.js';
import { paymentIds, type Logger } from '../logging/index.js';
import {
  GatewayError,
  newId,
  OUTCOME,
  paymentCompleteHalves,
  paymentVoidedHalves,
  terminalIdOf,
  VOID_REASON,
  voidPaymentHalves,
  type VoidResponseDto,
} from '../protocol/index.js';
import { PresenceKeys } from '../presence/index.js';
import { partitionOf } from '../redis/index.js';
import { escapeId } from '../relay/index.js';
import { Trail } from '../tracing/index.js';
import { Ledger } from './ledger.js';
import type { Ending, FinalAnswer } from './outcomes.js';
import { late, voidAnswer } from './scripts.js';

/** A refused void: the customer stays charged until somebody does something about it. */
const VOID_REFUSED = { level: 'error', message: 'the terminal refuses a void; it stays pending' } as const;
/** Most approvals without a transaction that are kept per terminal: a faulty one must not fill the store. */
const MOST_UNMATCHED = 200;

/**
 * What terminals say about payments that were given up. An approval is money: it is voided at the terminal until the
 * terminal confirms, or delivered after all, as the policy says. No answer is ever dropped.
 *
 * | key | type | content |
 * |---|---|---|
 * | `unmatched:<keyId>` | hash | transaction of an approval of this terminal that fits no payment → the response |
 */
@Injectable()
export class LateResults {
  private readonly keys: PresenceKeys;

  constructor(
    private readonly ledger: Ledger,
    private readonly trail: Trail,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {
    this.keys = new PresenceKeys(config.redisKeyPrefix);
  }

  /** Stores an answer to a payment that was given up. */
  async store(ending: Ending, answer: FinalAnswer): Promise<void> {
    const begunAt = this.trail.begin();
    const { groupId } = ending;
    const [voidBefore, voidAfter] = voidPaymentHalves(ending);
    const eventId = newId();
    const [before, after] = paymentCompleteHalves(ending, {
      status: answer.status,
      eventId,
      timestamp: new Date().toISOString(),
      late: true,
    });
    const args = {
      status: OUTCOME[answer.status],
      policy: this.config.lateResultPolicy,
      response: answer.open,
      missing: answer.missing.join(' '),
      voidBefore,
      voidAfter,
      eventId,
      before,
      after,
      ...this.ledger.args(ending),
    };
    const { kind } = await this.ledger.toDesktops(groupId, ending.recipients, (recipients, further) =>
      this.ledger.store.run(late, this.ledger.keys(ending), { recipients, ...args }, further),
    );
    this.trail.step('late', ending, begunAt, { status: answer.status, effect: kind });
  }

  /** Stores what a terminal says about a void. @throws GatewayError `TRANSACTION_NOT_FOUND` if it was asked for none */
  async onVoidResponse({ principal, connectionId }: Session, told: VoidResponseDto): Promise<void> {
    const begunAt = this.trail.begin();
    const { groupId, keyId: terminalKey, deviceId } = principal;
    const { transactionId, status, errorCode, errorMessage } = told;
    const terminalId = terminalIdOf({ deviceId, connectionId });
    const subject = { groupId, transactionId, terminalKey };
    const [before, after] = paymentVoidedHalves({ ...subject, terminalId }, deviceId, newId());
    const args = {
      confirmed: status === 'SUCCESS' ? '1' : '',
      refusal: JSON.stringify({ errorCode, errorMessage }),
      before,
      after,
      voidReason: VOID_REASON,
      ...this.ledger.args(subject),
    };
    const { kind } = await this.ledger.toDesktops(groupId, '', (recipients, further) =>
      this.ledger.store.run(voidAnswer, this.ledger.keys(subject), { recipients, ...args }, further),
    );
    if (kind === 'unknown') {
      throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
    }
    if (kind !== 'repeated') {
      const line = kind === 'refused' ? VOID_REFUSED : undefined;
      this.trail.step('void', subject, begunAt, { effect: kind, terminalId, errorCode }, line);
    }
  }

  /**
   * Keeps an approval that fits no payment of its terminal, once, for a person to look at.
   * @throws GatewayError `ANSWER_NOT_KEPT` if too many of this terminal are kept already
   */
  async keepUnmatched({ groupId, transactionId, terminalKey }: Ending, answer: FinalAnswer): Promise<void> {
    if (answer.status !== 'SUCCESS') {
      return;
    }
    const key = this.keys.of(partitionOf(groupId), `unmatched:${terminalKey}`);
    const field = escapeId(transactionId);
    const details = { ...paymentIds({ groupId, transactionId }), terminal: terminalKey };
    await this.ledger.store.ask(async (redis) => {
      const isNew = (await redis.hsetnx(key, field, openedText(answer.open))) === 1;
      if (isNew && (await redis.hlen(key)) > MOST_UNMATCHED) {
        await redis.hdel(key, field);
        this.logger.error(details, 'no room for a further approval of an unknown payment; not acknowledged');
        throw new GatewayError('ANSWER_NOT_KEPT', { transactionId, retrySafe: true });
      }
      await redis.pexpire(key, this.config.transactionRetentionMs);
      if (isNew) {
        this.logger.warn(details, 'approval of an unknown payment kept');
      }
    });
  }
}

/** The object text that was open for more members. */
function openedText(open: string): string {
  return `${open.replace(/,$/, '')}}`;
}
