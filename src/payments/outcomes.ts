import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Config } from '../config/index.js';
import type { Logger } from '../logging/index.js';
import {
  GatewayError,
  GatewayFailure,
  OUTCOME,
  paymentCompleteHalves,
  terminalIdOf,
  type FinalResponseStatus,
} from '../protocol/index.js';
import { memberOf, Presence, Pulse } from '../presence/index.js';
import { partitionOf, Store } from '../redis/index.js';
import { escapeId, mailboxKey, mailId, recordKey, unescapeId } from '../relay/index.js';
import type { Caller } from './payments.js';
import { settle } from './scripts.js';
import { gatewayFailure, type Answer, type TerminalAnswer } from './terminal-answer.js';

/** Why a transaction ends: its terminal says so, or a deadline has passed. */
type Cause = 'terminal' | 'undelivered' | 'unanswered';

/** What ending a transaction needs to know of it. */
interface Subject {
  groupId: string;
  transactionId: string;
  /** Key id of the terminal. */
  terminalKey: string;
  /** What the terminal is called towards clients. */
  terminalId: string;
  /** Key ids of the desktops that asked, joined by line feeds; a wrong guess is corrected by the store. */
  recipients: string;
}

/** Recipients of payments under way here, so that most results need one call. */
const REMEMBERED = 50_000;

/** Ends transactions: by the terminal's answer or by a deadline. The first outcome stands, and reaches whoever asked. */
@Injectable()
export class Outcomes {
  private readonly recipients = new Map<string, string>();

  constructor(
    private readonly store: Store,
    private readonly presence: Presence,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
    pulse: Pulse,
  ) {
    pulse.watch({ name: 'due', onDue: (groupId, id) => this.onDeadline(groupId, unescapeId(id)) });
  }

  /** Notes who waits for a payment that is handed over here. */
  expect(groupId: string, transactionId: string, recipients: string): void {
    if (this.recipients.size >= REMEMBERED) {
      this.recipients.clear();
    }
    this.recipients.set(memberOf(groupId, transactionId), recipients);
  }

  /**
   * Stores what a terminal says about a payment. When this returns, the answer may be acknowledged: the store has it, or had
   * the same or another final one before.
   * @throws GatewayError `TRANSACTION_NOT_FOUND` if this terminal was not given the payment
   */
  async answer(terminal: Caller, connectionId: string, answer: TerminalAnswer): Promise<void> {
    const { groupId, keyId, deviceId } = terminal.principal;
    const { transactionId, status } = answer;
    if (status === 'PENDING') {
      await this.assertGiven(groupId, transactionId, keyId);
      return;
    }
    const member = memberOf(groupId, transactionId);
    const subject = {
      groupId,
      transactionId,
      terminalKey: keyId,
      terminalId: terminalIdOf({ deviceId, connectionId }),
      recipients: this.recipients.get(member) ?? '',
    };
    const outcome = await this.settle('terminal', subject, { ...answer, status });
    this.recipients.delete(member);
    if (outcome.kind === 'unknown') {
      throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
    }
    if (outcome.kind === 'repeated' && outcome.status !== OUTCOME[status]) {
      this.logger.warn(
        { groupId, transactionId, stored: outcome.status, answered: status },
        'contradicting answer',
      );
    }
  }

  private async assertGiven(groupId: string, transactionId: string, terminalKey: string): Promise<void> {
    const key = recordKey(this.presence.keys, groupId, transactionId);
    const [owner, delivery] = await this.store.ask((redis) => redis.hmget(key, 'terminalKey', 'delivery'));
    if (owner !== terminalKey || delivery === 'queued') {
      throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
    }
  }

  /** A deadline of a transaction has passed: what it means depends on how far the payment got. */
  private async onDeadline(groupId: string, transactionId: string): Promise<void> {
    const { keys } = this.presence;
    const key = recordKey(keys, groupId, transactionId);
    const [delivery, terminalKey, asked, deviceId, recipients] = await this.store.ask((redis) =>
      redis.hmget(key, 'delivery', 'terminalKey', 'terminalId', 'deviceId', 'recipients'),
    );
    if (!terminalKey) {
      const member = memberOf(groupId, escapeId(transactionId));
      await this.store.ask((redis) => redis.zrem(keys.of(partitionOf(groupId), 'due'), member));
      return;
    }
    const undelivered = delivery === 'queued';
    const code = undelivered ? GatewayFailure.notDelivered : GatewayFailure.noResponse;
    const subject = {
      groupId,
      transactionId,
      terminalKey,
      terminalId: deviceId || asked!,
      recipients: recipients ?? '',
    };
    const failure = { ...gatewayFailure(transactionId, code), status: 'FAILED' as const };
    const outcome = await this.settle(undelivered ? 'undelivered' : 'unanswered', subject, failure);
    if (outcome.kind === 'settled') {
      this.logger.warn({ groupId, transactionId, errorCode: code }, 'payment given up');
    }
  }

  private async settle(
    cause: Cause,
    subject: Subject,
    answer: Answer & { status: FinalResponseStatus },
  ): Promise<{ kind: string; status?: string | undefined }> {
    const eventId = uuidv7();
    let { recipients } = subject;
    for (;;) {
      const [kind, detail] = await this.runSettle(cause, { ...subject, recipients }, answer, eventId);
      if (kind !== 'recipients') {
        return { kind: kind!, status: detail };
      }
      recipients = detail!;
    }
  }

  private runSettle(
    cause: Cause,
    { groupId, transactionId, terminalKey, terminalId, recipients }: Subject,
    answer: Answer & { status: FinalResponseStatus },
    eventId: string,
  ): Promise<string[]> {
    const { keys } = this.presence;
    const partition = partitionOf(groupId);
    const desktops = recipients === '' ? [] : recipients.split('\n');
    const retrySafe = answer.status === 'SUCCESS' ? undefined : cause === 'undelivered';
    const timestamp = new Date().toISOString();
    const push = { transactionId, terminalId, status: answer.status, groupId, eventId, timestamp, retrySafe };
    const [before, after] = paymentCompleteHalves(push);
    return this.store.run(
      settle,
      {
        record: recordKey(keys, groupId, transactionId),
        terminal: keys.endpoint(groupId, terminalKey),
        terminalMailbox: mailboxKey(keys, groupId, terminalKey),
        mail: keys.of(partition, 'mail'),
        due: keys.of(partition, 'due'),
      },
      {
        cause,
        terminalKey,
        status: OUTCOME[answer.status],
        eventId,
        recipients,
        before,
        response: answer.open,
        missing: answer.missing.join(' '),
        after,
        retrySafe: retrySafe === undefined ? '' : String(retrySafe),
        terminalMember: memberOf(groupId, terminalKey),
        member: memberOf(groupId, escapeId(transactionId)),
        mailId: mailId('p', transactionId),
        resultMailId: mailId('r', transactionId),
        channel: keys.channel(partition),
        keepMs: this.config.transactionRetentionMs,
      },
      {
        keys: desktops.flatMap((keyId) => [keys.endpoint(groupId, keyId), mailboxKey(keys, groupId, keyId)]),
        args: desktops.map((keyId) => memberOf(groupId, keyId)),
      },
    );
  }
}
