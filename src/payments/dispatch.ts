import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import type { Session } from '../connections/index.js';
import { paymentIds, type Logger } from '../logging/index.js';
import { asRecovered } from '../protocol/index.js';
import { StoreUnavailable } from '../redis/index.js';
import { Relay, transactionOf, type Mail } from '../relay/index.js';
import { Trail } from '../tracing/index.js';
import { Ledger } from './ledger.js';
import { Outcomes } from './outcomes.js';
import { claim, unclaim } from './scripts.js';
import { Stages } from './stages.js';

const RETRY_MS = 100;

/** Hands payments to terminals, each at most once: who cannot claim a payment in the store does not write it. */
@Injectable()
export class Dispatch {
  private attempts = 0;
  private readonly tokens = new WeakMap<Mail, string>();

  constructor(
    private readonly ledger: Ledger,
    private readonly outcomes: Outcomes,
    private readonly stages: Stages,
    private readonly trail: Trail,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
    relay: Relay,
  ) {
    relay.handle('p', {
      prepare: (session, mail) => this.claim(session, mail),
      unwritten: (session, mail) => void this.giveBack(session, mail),
      received: (session, mail, shown) => shown && this.tell(session, mail, 'received'),
    });
    relay.handle('v', { repeats: true });
    for (const kind of ['l', 'w'] as const) {
      relay.handle(kind, { recovered: asRecovered });
    }
  }

  /** @returns the frame, if this session may write it now */
  private async claim(session: Session, mail: Mail): Promise<string | undefined> {
    const transactionId = transactionOf(mail.id);
    const begunAt = this.trail.begin();
    const token = `${this.config.incarnation}:${++this.attempts}`;
    const [outcome, recipients, shown] = await this.untilAnswered(session, () =>
      this.runClaim(session, transactionId, token),
    );
    if (outcome !== 'claimed') {
      return undefined;
    }
    this.tokens.set(mail, token);
    this.outcomes.expect(session.principal.groupId, transactionId, recipients ?? '');
    if (shown === '1') {
      this.tell(session, mail, 'sent');
    }
    if (begunAt > 0) {
      const { groupId, keyId } = session.principal;
      const facts = { keyId, connectionId: session.connectionId };
      this.trail.step('dispatch', { groupId, transactionId }, begunAt, facts);
    }
    return mail.frame;
  }

  /** The socket went away between claim and write. Best effort: what stays claimed is found by the inquiry at reconnect. */
  private async giveBack({ principal }: Session, mail: Mail): Promise<void> {
    const transactionId = transactionOf(mail.id);
    const subject = { groupId: principal.groupId, transactionId, terminalKey: principal.keyId };
    const { deliveryTimeoutMs } = this.config;
    try {
      const token = this.tokens.get(mail)!;
      const args = { token, deliveryTimeoutMs, frame: mail.frame, ...this.ledger.args(subject) };
      await this.ledger.store.run(unclaim, this.ledger.keys(subject), args);
    } catch (error) {
      this.logger.warn({ err: error, ...paymentIds(subject) }, 'claim could not be given back');
    }
  }

  /**
   * A claim whose answer was lost may have been made. Asking again with the same token is safe, and only this process, which
   * has not written yet, holds the token: so the payment is neither sent twice nor left lying.
   */
  private async untilAnswered(session: Session, ask: () => Promise<string[]>): Promise<string[]> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || !session.isOpen) {
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private runClaim({ principal, epoch }: Session, transactionId: string, token: string): Promise<string[]> {
    const subject = { groupId: principal.groupId, transactionId, terminalKey: principal.keyId };
    const { paymentTimeoutMs } = this.config;
    const args = { epoch, token, paymentTimeoutMs, ...this.ledger.args(subject) };
    return this.ledger.store.run(claim, this.ledger.keys(subject), args);
  }

  private tell(session: Session, mail: Mail, stage: 'sent' | 'received'): void {
    this.stages.fromGateway(session, transactionOf(mail.id), stage).catch((error: unknown) => {
      this.logger.debug({ err: error, stage }, 'stage could not be shown');
    });
  }
}
