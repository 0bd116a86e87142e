import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import type { Session } from '../connections/index.js';
import type { Logger } from '../logging/index.js';
import { asRecovered } from '../protocol/index.js';
import { StoreUnavailable } from '../redis/index.js';
import { Relay, transactionOf, type Mail } from '../relay/index.js';
import { Ledger } from './ledger.js';
import { Outcomes } from './outcomes.js';
import { claim } from './scripts.js';
import { Stages } from './stages.js';

const RETRY_MS = 100;

/** Hands payments to terminals, each at most once: who cannot claim a payment in the store does not write it. */
@Injectable()
export class Dispatch {
  private attempts = 0;

  constructor(
    private readonly ledger: Ledger,
    private readonly outcomes: Outcomes,
    private readonly stages: Stages,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
    relay: Relay,
  ) {
    relay.handle('p', {
      prepare: (session, mail) => this.claim(session, mail),
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
    const token = `${this.config.incarnation}:${++this.attempts}`;
    const [outcome, recipients, shown] = await this.untilAnswered(session, () =>
      this.runClaim(session, transactionId, token),
    );
    if (outcome !== 'claimed') {
      return undefined;
    }
    this.outcomes.expect(session.principal.groupId, transactionId, recipients ?? '');
    if (shown === '1') {
      this.tell(session, mail, 'sent');
    }
    return mail.frame;
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
    const args = { ...this.ledger.args(subject), epoch, token, paymentTimeoutMs };
    return this.ledger.store.run(claim, this.ledger.keys(subject), args);
  }

  private tell(session: Session, mail: Mail, stage: 'sent' | 'received'): void {
    this.stages.fromGateway(session, transactionOf(mail.id), stage).catch((error: unknown) => {
      this.logger.debug({ err: error, stage }, 'stage could not be shown');
    });
  }
}
