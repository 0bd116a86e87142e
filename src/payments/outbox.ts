import { Inject, Injectable } from '@nestjs/common';
import { paymentIds, type Logger } from '../logging/index.js';
import { memberOf, Pulse } from '../presence/index.js';
import { escapeId, unescapeId } from '../relay/index.js';
import { Ledger } from './ledger.js';
import { paymentEvent, type EventKind, type PaymentEvent } from './payment-event.js';

/**
 * Events of payments that webhooks are to be told. An event comes in by the very script that makes a result final, and leaves
 * when its handler has taken it over: a crash in between only means that the sweep brings it again.
 *
 * | key | type | content |
 * |---|---|---|
 * | `outbox` | zset | `group\ntransaction\nkind` → when it is due, ms |
 */
@Injectable()
export class Outbox {
  private readonly inHand = new Set<string>();
  private handler: ((event: PaymentEvent) => Promise<void>) | undefined;

  constructor(
    private readonly ledger: Ledger,
    @Inject('LOGGER') private readonly logger: Logger,
    pulse: Pulse,
  ) {
    pulse.watch({ name: 'outbox', onDue: (groupId, id) => this.onDue(groupId, id) });
  }

  /** @param handler may be called several times for the same event, by several instances; resolves when it is safe */
  handle(handler: (event: PaymentEvent) => Promise<void>): void {
    this.handler = handler;
  }

  /** Sees to an event at once, so that it need not wait for the sweep. */
  hurry(groupId: string, transactionId: string, kind: EventKind): void {
    this.onDue(groupId, `${escapeId(transactionId)}\n${kind}`).catch((error: unknown) => {
      this.logger.debug(
        { err: error, ...paymentIds({ groupId, transactionId }) },
        'an event is left to the sweep',
      );
    });
  }

  private async onDue(groupId: string, id: string): Promise<void> {
    const member = memberOf(groupId, id);
    if (!this.handler || this.inHand.has(member)) {
      return;
    }
    this.inHand.add(member);
    try {
      const end = id.lastIndexOf('\n');
      const transactionId = unescapeId(id.slice(0, end));
      const record = await this.ledger.readAll(groupId, transactionId);
      const event = paymentEvent(groupId, transactionId, id.slice(end + 1) as EventKind, record);
      if (event) {
        await this.handler(event);
      }
      const { outbox } = this.ledger.keys({ groupId, transactionId, terminalKey: '' });
      await this.ledger.store.ask((redis) => redis.zrem(outbox, member));
    } finally {
      this.inHand.delete(member);
    }
  }
}
