import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { paymentIds, type Logger } from '../logging/index.js';
import { Metrics, type AnswerOutcome, type PaymentOutcome } from '../metrics/index.js';
import {
  GatewayError,
  GatewayFailure,
  newId,
  OUTCOME,
  paymentCompleteHalves,
  terminalIdOf,
  type FinalResponseStatus,
  type GatewayFailureCode,
} from '../protocol/index.js';
import { memberOf, Pulse } from '../presence/index.js';
import { unescapeId } from '../relay/index.js';
import { Trail } from '../tracing/index.js';
import { LateResults } from './late-results.js';
import { Outbox } from './outbox.js';
import { Ledger, type Subject, type Verdict } from './ledger.js';
import type { Caller } from './payments.js';
import { settle } from './scripts.js';
import { cancelledAnswer, gatewayFailure, type Answer, type TerminalAnswer } from './terminal-answer.js';

/** Why a transaction ends. */
export type Cause = 'terminal' | 'undelivered' | 'unanswered' | 'disconnected' | 'cancelled';

/** An answer that ends a transaction. */
export type FinalAnswer = Answer & { status: FinalResponseStatus; failure?: GatewayFailureCode };

/** What ending a transaction needs to know of it. */
export interface Ending extends Subject {
  /** What the terminal is called towards clients. */
  terminalId: string;
  /** Key ids of the desktops that asked, joined by line feeds; a wrong guess is corrected by the store. */
  recipients: string;
  /** True only if the terminal can not have the request. */
  retrySafe?: boolean | undefined;
  /** When it was handed to the terminal, ms since the epoch, if that was done here. */
  handedOverAt?: number | undefined;
}

/** Payments under way here that are remembered, so that most results need one call. */
const REMEMBERED = 50_000;

/** What is known of a payment that was handed over here. */
interface Expected {
  /** Key ids joined by line feeds. */
  recipients: string;
  handedOverAt: number;
}

/** Ends transactions: by the terminal's answer or by a deadline. The first outcome stands, and reaches whoever asked. */
@Injectable()
export class Outcomes {
  private readonly expected = new Map<string, Expected>();

  constructor(
    private readonly ledger: Ledger,
    private readonly lateResults: LateResults,
    private readonly outbox: Outbox,
    private readonly metrics: Metrics,
    private readonly trail: Trail,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
    pulse: Pulse,
  ) {
    pulse.watch({ name: 'due', onDue: (groupId, id) => this.onDeadline(groupId, unescapeId(id)) });
  }

  /** Notes who waits for a payment that is handed over here. */
  expect(groupId: string, transactionId: string, recipients: string): void {
    if (this.expected.size >= REMEMBERED) {
      this.expected.clear();
    }
    this.expected.set(memberOf(groupId, transactionId), { recipients, handedOverAt: Date.now() });
  }

  /**
   * Stores what a terminal says about a payment. When this returns, the answer may be acknowledged: the store has it. An answer
   * of a displaced connection counts like any other of its terminal.
   * @throws GatewayError `TRANSACTION_NOT_FOUND` if this terminal was not given the payment; an approval is kept all the same.
   *   `ANSWER_NOT_KEPT` if there is no room for an answer that fits nothing: the terminal still has it, and sends it again
   */
  async answer(terminal: Caller & { connectionId: string }, answer: TerminalAnswer): Promise<void> {
    const { groupId, keyId, deviceId } = terminal.principal;
    const { transactionId, status } = answer;
    if (status === 'PENDING') {
      await this.assertGiven(groupId, transactionId, keyId);
      return;
    }
    const terminalId = terminalIdOf({ deviceId, connectionId: terminal.connectionId });
    const member = memberOf(groupId, transactionId);
    const { recipients = '', handedOverAt } = this.expected.get(member) ?? {};
    const ending = { groupId, transactionId, terminalKey: keyId, terminalId, recipients, handedOverAt };
    const final = { ...answer, status };
    const heldMs = handedOverAt && Date.now() - handedOverAt;
    const startedAt = performance.now();
    const { kind, detail } = await this.settle('terminal', ending, final);
    this.metrics.answerStored(performance.now() - startedAt, heldMs);
    this.expected.delete(member);
    if (kind === 'late') {
      this.metrics.lateAnswers.of({ outcome: COUNTED_AS[status] }).add();
      await this.lateResults.store(ending, final);
    } else if (kind === 'unknown') {
      this.metrics.unmatchedAnswers.of({}).add();
      await this.lateResults.keepUnmatched(ending, final);
      throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
    } else if (kind === 'full' || (kind === 'repeated' && detail !== OUTCOME[status])) {
      this.metrics.contradictingAnswers.of({}).add();
      const told = { ...paymentIds(ending), stored: detail, answered: status };
      if (kind === 'full') {
        this.logger.error(told, 'no room for a further contradicting answer; not acknowledged');
        throw new GatewayError('ANSWER_NOT_KEPT', { transactionId, retrySafe: true });
      }
      this.logger.warn(told, 'contradicting answer kept');
    }
  }

  /** The terminal has cancelled a payment on request; that is final by itself. */
  async cancelledByTerminal(
    terminal: Caller & { connectionId: string },
    transactionId: string,
  ): Promise<void> {
    await this.answer(terminal, { ...cancelledAnswer(transactionId), transactionId });
  }

  /** Ends a transaction if the cause holds in the store. */
  async settle(cause: Cause, ending: Ending, answer: FinalAnswer): Promise<Verdict> {
    const { groupId, transactionId } = ending;
    const eventId = newId();
    const begunAt = this.trail.begin();
    const retrySafe = answer.status === 'SUCCESS' ? undefined : (ending.retrySafe ?? false);
    const [before, after] = paymentCompleteHalves(ending, {
      status: answer.status,
      eventId,
      timestamp: new Date().toISOString(),
      retrySafe,
    });
    const args = {
      cause,
      status: OUTCOME[answer.status],
      failure: answer.failure ?? '',
      eventId,
      before,
      response: answer.open,
      missing: answer.missing.join(' '),
      after,
      retrySafe: retrySafe === undefined ? '' : String(retrySafe),
      errorCode: answer.errorCode ?? '',
      ...this.ledger.args(ending),
    };
    const verdict = await this.ledger.toDesktops(groupId, ending.recipients, (recipients, further) =>
      this.ledger.store.run(settle, this.ledger.keys(ending), { recipients, ...args }, further),
    );
    if (verdict.kind === 'settled') {
      this.metrics.paymentEnded(outcomeOf(answer), verdict.latencyMs);
      this.noteEnd(cause, ending, answer, begunAt, verdict.latencyMs);
      if (answer.failure) {
        const labels = { error_code: answer.failure, retry_safe: retrySafe ? 'true' : 'false' } as const;
        this.metrics.paymentFailures.of(labels).add();
      }
    }
    if (verdict.hasEvent) {
      this.outbox.hurry(groupId, transactionId, 'result');
    }
    return verdict;
  }

  /** Gives a payment up. @returns whether the cause held */
  async giveUp(cause: Cause, ending: Ending, failure: GatewayFailureCode): Promise<boolean> {
    const answer = { ...gatewayFailure(ending.transactionId, failure), status: 'FAILED' as const, failure };
    const { kind } = await this.settle(cause, ending, answer);
    return kind === 'settled';
  }

  /** What ending a known transaction needs; undefined if there is none. */
  async ending(
    groupId: string,
    transactionId: string,
  ): Promise<(Ending & { sent: boolean; status: string }) | undefined> {
    const fields = [
      'status',
      'delivery',
      'terminalKey',
      'terminalId',
      'deviceId',
      'recipients',
      'dispatches',
    ] as const;
    const record = await this.ledger.read(groupId, transactionId, fields);
    if (record.status === null) {
      return undefined;
    }
    return {
      groupId,
      transactionId,
      terminalKey: record.terminalKey!,
      terminalId: record.deviceId || record.terminalId!,
      recipients: record.recipients ?? '',
      // What was sent once may have been received, whatever the terminal says of it later.
      retrySafe: record.dispatches === null,
      sent: record.delivery !== 'queued',
      status: record.status,
    };
  }

  private noteEnd(cause: Cause, ending: Ending, answer: FinalAnswer, begunAt: number, ms: number): void {
    const { terminalId, handedOverAt } = ending;
    this.trail.ended(ending, begunAt, {
      outcome: outcomeOf(answer),
      cause,
      errorCode: answer.errorCode,
      terminalId,
      ms,
      terminalMs: handedOverAt && Date.now() - handedOverAt,
      isGivenUp: answer.failure !== undefined,
    });
  }

  private async assertGiven(groupId: string, transactionId: string, terminal: string): Promise<void> {
    const { terminalKey, dispatches } = await this.ledger.read(groupId, transactionId, [
      'terminalKey',
      'dispatches',
    ]);
    if (terminalKey !== terminal || dispatches === null) {
      throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
    }
  }

  /** A deadline of a transaction has passed: what it means depends on how far the payment got. */
  private async onDeadline(groupId: string, transactionId: string): Promise<void> {
    const ending = await this.ending(groupId, transactionId);
    if (!ending) {
      const subject = { groupId, transactionId, terminalKey: '' };
      await this.ledger.store.ask((redis) =>
        redis.zrem(this.ledger.keys(subject).due, this.ledger.args(subject).member),
      );
    } else if (!ending.sent) {
      await this.giveUp('undelivered', ending, GatewayFailure.notDelivered);
    } else if (ending.status === 'AWAITING_RECONNECT') {
      await this.giveUp('disconnected', ending, GatewayFailure.terminalDisconnected);
    } else {
      await this.giveUp('unanswered', ending, GatewayFailure.noResponse);
    }
  }
}

const COUNTED_AS: Record<FinalResponseStatus, AnswerOutcome> = {
  SUCCESS: 'approved',
  FAILED: 'declined',
  CANCELLED: 'cancelled',
};

function outcomeOf({ status, failure }: FinalAnswer): PaymentOutcome {
  return failure === undefined ? COUNTED_AS[status] : 'failed';
}
