import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import type { Session } from '../connections/index.js';
import { paymentIds, type Logger } from '../logging/index.js';
import { memberOf } from '../presence/index.js';
import {
  asRecovered,
  cancelPaymentFrame,
  cancelResponseFrame,
  GatewayError,
  type CancelOutcome,
  type CancelResponseDto,
  type Principal,
  type TransactionStatus,
} from '../protocol/index.js';
import { Relay, transactionOf, type Mail } from '../relay/index.js';
import { Trail } from '../tracing/index.js';
import { Ledger } from './ledger.js';
import { Outcomes } from './outcomes.js';
import { cancel, forgetCancel, refuseCancel } from './scripts.js';
import { cancelledAnswer } from './terminal-answer.js';
import type { TransactionRecord } from './transaction.js';
import { Waits } from './waits.js';

/** A request to cancel, as its session knows it: the deadline it waits for, or that it was told `UNKNOWN`. */
type Wait = NodeJS.Timeout | 'unknown';

/**
 * Cancels payments, with a certain answer in time. A payment that was not handed over is cancelled at once; otherwise the
 * terminal decides, and silence until the deadline is `UNKNOWN`. Each request has one answer: what the terminal says after
 * `UNKNOWN` is seen in the result only.
 */
@Injectable()
export class Cancellations {
  private readonly asked = new WeakMap<Session, Map<string, Wait>>();

  constructor(
    private readonly ledger: Ledger,
    private readonly outcomes: Outcomes,
    private readonly waits: Waits,
    private readonly relay: Relay,
    private readonly trail: Trail,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {
    relay.handle('r', { recovered: asRecovered, written: (session, mail) => this.onResult(session, mail) });
    relay.handle('x', {
      prepare: (session, mail) => Promise.resolve(this.unlessAnswered(session, mail)),
      written: (session, mail) => this.endWait(session, transactionOf(mail.id)),
    });
  }

  /**
   * Asks for a cancellation on behalf of a desktop. The answer is sent to it when it is known, within CANCEL_TIMEOUT_MS.
   * @throws GatewayError `TRANSACTION_NOT_FOUND`
   */
  async request(session: Session, transactionId: string): Promise<void> {
    this.waitFor(session, transactionId);
    try {
      const { groupId, keyId } = session.principal;
      const known = await this.ask({ groupId, keyId }, keyId, transactionId);
      if (known) {
        this.reply(session, transactionId, known);
      }
    } catch (error) {
      this.endWait(session, transactionId);
      throw error;
    }
  }

  /**
   * Asks for a cancellation on behalf of a caller over HTTP, and waits for the answer.
   * @throws GatewayError `TRANSACTION_NOT_FOUND`
   */
  async askAndWait(principal: Principal, transactionId: string, signal: AbortSignal): Promise<CancelOutcome> {
    const { groupId } = principal;
    const known = await this.ask(principal, '', transactionId);
    if (known) {
      return known;
    }
    const record = await this.waits.for(groupId, transactionId, {
      ms: this.config.cancelTimeoutMs,
      until: (seen) => answerIn(seen) !== 'UNKNOWN',
      signal,
    });
    return record ? answerIn(record) : 'UNKNOWN';
  }

  /** The terminal's answer. @throws GatewayError `TRANSACTION_NOT_FOUND` if it was not given the payment */
  async onCancelResponse(session: Session, { transactionId, status }: CancelResponseDto): Promise<void> {
    if (status === 'CANCELLED') {
      await this.outcomes.cancelledByTerminal(session, transactionId);
      return;
    }
    const { groupId, keyId: terminalKey } = session.principal;
    const subject = { groupId, transactionId, terminalKey };
    const args = { frame: cancelResponseFrame(transactionId, 'TOO_LATE'), ...this.ledger.args(subject) };
    const { kind } = await this.ledger.toDesktops(groupId, '', (askers, further) =>
      this.ledger.store.run(refuseCancel, this.ledger.keys(subject), { askers, ...args }, further),
    );
    if (kind === 'unknown') {
      throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
    }
  }

  /** As {@link askStore}, and leaves a trail of it. */
  private async ask(
    { groupId, keyId }: Pick<Principal, 'groupId' | 'keyId'>,
    desktopKey: string,
    transactionId: string,
  ): Promise<CancelOutcome | undefined> {
    const begunAt = this.trail.begin();
    const known = await this.askStore(groupId, desktopKey, transactionId);
    this.trail.step('cancel', { groupId, transactionId }, begunAt, { keyId, outcome: known });
    return known;
  }

  /**
   * @param desktopKey who gets the answer as a push; '' for nobody
   * @returns the answer if it is known already
   */
  private async askStore(
    groupId: string,
    desktopKey: string,
    transactionId: string,
  ): Promise<CancelOutcome | undefined> {
    for (;;) {
      const ending = await this.outcomes.ending(groupId, transactionId);
      if (!ending) {
        throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
      }
      const args = { desktopKey, frame: cancelPaymentFrame(ending), ...this.ledger.args(ending) };
      const [outcome, status] = await this.ledger.store.run(cancel, this.ledger.keys(ending), args);
      if (outcome === 'final') {
        return outcomeOf(status as TransactionStatus);
      }
      if (outcome !== 'queued') {
        return undefined;
      }
      const { kind } = await this.outcomes.settle('cancelled', ending, cancelledAnswer(transactionId));
      if (kind === 'settled') {
        return 'CANCELLED';
      }
    }
  }

  /** The result itself answers a cancellation that is still open. */
  private onResult(session: Session, mail: Mail): void {
    const transactionId = transactionOf(mail.id);
    const cancelled = /^\{"action":"paymentComplete",.*?"status":"CANCELLED"/.test(mail.frame);
    this.reply(session, transactionId, cancelled ? 'CANCELLED' : 'TOO_LATE');
  }

  private waitFor(session: Session, transactionId: string): void {
    this.endWait(session, transactionId);
    const waits = this.asked.get(session) ?? new Map<string, Wait>();
    const deadline = setTimeout(() => this.giveUp(session, transactionId), this.config.cancelTimeoutMs);
    this.asked.set(session, waits.set(transactionId, deadline));
  }

  /** Nobody knows in time. The note keeps an answer that is on its way to this very socket from following. */
  private giveUp(session: Session, transactionId: string): void {
    this.reply(session, transactionId, 'UNKNOWN');
    this.asked.get(session)?.set(transactionId, 'unknown');
    this.forget(session, transactionId).catch((error: unknown) => {
      this.logger.warn(
        { err: error, ...paymentIds({ groupId: session.principal.groupId, transactionId }) },
        'a late answer to a cancellation may still reach the till',
      );
    });
  }

  private async forget({ principal }: Session, transactionId: string): Promise<void> {
    const { groupId, keyId } = principal;
    const subject = { groupId, transactionId, terminalKey: '' };
    const desktop = { desktopKey: keyId, desktopMember: memberOf(groupId, keyId) };
    const args = { ...desktop, ...this.ledger.args(subject) };
    await this.ledger.store.run(forgetCancel, this.ledger.keys(subject, keyId), args);
  }

  private unlessAnswered(session: Session, mail: Mail): string | undefined {
    if (this.asked.get(session)?.get(transactionOf(mail.id)) !== 'unknown') {
      return mail.frame;
    }
    this.relay.discard(session, mail);
    return undefined;
  }

  private reply(session: Session, transactionId: string, outcome: CancelOutcome): void {
    if (this.endWait(session, transactionId)) {
      session.send(cancelResponseFrame(transactionId, outcome));
    }
  }

  /** @returns whether an answer was due */
  private endWait(session: Session, transactionId: string): boolean {
    const waits = this.asked.get(session);
    const wait = waits?.get(transactionId);
    waits?.delete(transactionId);
    if (wait === undefined || wait === 'unknown') {
      return false;
    }
    clearTimeout(wait);
    return true;
  }
}

/** What a record tells of a cancellation that was asked for. */
function answerIn(record: TransactionRecord): CancelOutcome {
  const { status } = record;
  const isOpen = status === 'PENDING' || status === 'AWAITING_RECONNECT';
  if (!isOpen) {
    return outcomeOf(status);
  }
  return record['step.cancelRefused'] === undefined ? 'UNKNOWN' : 'TOO_LATE';
}

function outcomeOf(final: TransactionStatus): CancelOutcome {
  return final === 'CANCELLED' ? 'CANCELLED' : 'TOO_LATE';
}
