import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import type { Session } from '../connections/index.js';
import {
  asRecovered,
  cancelPaymentFrame,
  cancelResponseFrame,
  GatewayError,
  type CancelOutcome,
  type CancelResponseDto,
} from '../protocol/index.js';
import { Relay, transactionOf, type Mail } from '../relay/index.js';
import { Ledger } from './ledger.js';
import { Outcomes } from './outcomes.js';
import { cancel, refuseCancel } from './scripts.js';
import { cancelledAnswer } from './terminal-answer.js';

/**
 * Cancels payments, with a certain answer in time. A payment that was not handed over is cancelled at once; otherwise the
 * terminal decides, and silence until the deadline is `UNKNOWN`.
 */
@Injectable()
export class Cancellations {
  /** Desktops of this instance that wait for an answer, by session and transaction. */
  private readonly waiting = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly ledger: Ledger,
    private readonly outcomes: Outcomes,
    @Inject('CONFIG') private readonly config: Config,
    relay: Relay,
  ) {
    relay.handle('r', { recovered: asRecovered, written: (session, mail) => this.onResult(session, mail) });
    relay.handle('x', { written: (session, mail) => this.stopWaiting(session, transactionOf(mail.id)) });
  }

  /**
   * Asks for a cancellation on behalf of a desktop. The answer is sent to it when it is known, within CANCEL_TIMEOUT_MS.
   * @throws GatewayError `TRANSACTION_NOT_FOUND`
   */
  async request(session: Session, transactionId: string): Promise<void> {
    this.waitFor(session, transactionId);
    try {
      const known = await this.ask(session, transactionId);
      if (known) {
        this.reply(session, transactionId, known);
      }
    } catch (error) {
      this.stopWaiting(session, transactionId);
      throw error;
    }
  }

  /** The terminal's answer. @throws GatewayError `TRANSACTION_NOT_FOUND` if it was not given the payment */
  async onCancelResponse(session: Session, { transactionId, status }: CancelResponseDto): Promise<void> {
    if (status === 'CANCELLED') {
      await this.outcomes.cancelledByTerminal(session, transactionId);
      return;
    }
    const { groupId, keyId: terminalKey } = session.principal;
    const subject = { groupId, transactionId, terminalKey };
    const args = { ...this.ledger.args(subject), frame: cancelResponseFrame(transactionId, 'TOO_LATE') };
    const { kind } = await this.ledger.toDesktops(groupId, '', (askers, further) =>
      this.ledger.store.run(refuseCancel, this.ledger.keys(subject), { ...args, askers }, further),
    );
    if (kind === 'unknown') {
      throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
    }
  }

  /** @returns the answer if it is known already */
  private async ask({ principal }: Session, transactionId: string): Promise<CancelOutcome | undefined> {
    const { groupId, keyId } = principal;
    for (;;) {
      const ending = await this.outcomes.ending(groupId, transactionId);
      if (!ending) {
        throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
      }
      const args = { ...this.ledger.args(ending), desktopKey: keyId, frame: cancelPaymentFrame(ending) };
      const [outcome, status] = await this.ledger.store.run(cancel, this.ledger.keys(ending), args);
      if (outcome === 'final') {
        return status === 'CANCELLED' ? 'CANCELLED' : 'TOO_LATE';
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
    if (this.waiting.has(waiterKey(session, transactionId))) {
      const cancelled = /^\{"action":"paymentComplete",.*?"status":"CANCELLED"/.test(mail.frame);
      this.reply(session, transactionId, cancelled ? 'CANCELLED' : 'TOO_LATE');
    }
  }

  private waitFor(session: Session, transactionId: string): void {
    this.stopWaiting(session, transactionId);
    const giveUp = () => this.reply(session, transactionId, 'UNKNOWN');
    this.waiting.set(waiterKey(session, transactionId), setTimeout(giveUp, this.config.cancelTimeoutMs));
  }

  private reply(session: Session, transactionId: string, outcome: CancelOutcome): void {
    if (this.stopWaiting(session, transactionId)) {
      session.send(cancelResponseFrame(transactionId, outcome));
    }
  }

  private stopWaiting(session: Session, transactionId: string): boolean {
    const key = waiterKey(session, transactionId);
    clearTimeout(this.waiting.get(key));
    return this.waiting.delete(key);
  }
}

function waiterKey({ connectionId }: Session, transactionId: string): string {
  return `${connectionId} ${transactionId}`;
}
