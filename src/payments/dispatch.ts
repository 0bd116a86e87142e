import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import type { Session } from '../connections/index.js';
import { asRecovered } from '../protocol/index.js';
import { memberOf, Presence } from '../presence/index.js';
import { partitionOf, Store, StoreUnavailable } from '../redis/index.js';
import { escapeId, recordKey, Relay, transactionOf, type Mail } from '../relay/index.js';
import { Outcomes } from './outcomes.js';
import { claim } from './scripts.js';

const RETRY_MS = 100;

/** Hands payments to terminals, each at most once: who cannot claim a payment in the store does not write it. */
@Injectable()
export class Dispatch {
  private attempts = 0;

  constructor(
    private readonly store: Store,
    private readonly presence: Presence,
    private readonly outcomes: Outcomes,
    @Inject('CONFIG') private readonly config: Config,
    relay: Relay,
  ) {
    relay.handle('p', { prepare: (session, mail) => this.claim(session, mail) });
    relay.handle('r', { recovered: asRecovered });
  }

  /** @returns the frame, if this session may write it now */
  private async claim(session: Session, mail: Mail): Promise<string | undefined> {
    const transactionId = transactionOf(mail.id);
    const token = `${this.config.incarnation}:${++this.attempts}`;
    const [outcome, recipients] = await this.untilAnswered(session, () =>
      this.runClaim(session, transactionId, token),
    );
    if (outcome !== 'claimed') {
      return undefined;
    }
    this.outcomes.expect(session.principal.groupId, transactionId, recipients ?? '');
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

  private runClaim(session: Session, transactionId: string, token: string): Promise<string[]> {
    const { groupId, keyId } = session.principal;
    const { keys } = this.presence;
    return this.store.run(
      claim,
      {
        record: recordKey(keys, groupId, transactionId),
        terminal: keys.endpoint(groupId, keyId),
        due: keys.of(partitionOf(groupId), 'due'),
      },
      {
        epoch: session.epoch,
        token,
        paymentTimeoutMs: this.config.paymentTimeoutMs,
        member: memberOf(groupId, escapeId(transactionId)),
        instance: this.config.instanceId,
      },
    );
  }
}
