import { Inject, Injectable } from '@nestjs/common';
import { paymentIds, type Logger } from '../logging/index.js';
import { Outbox, type PaymentEvent } from '../payments/index.js';
import { deliveryIdOf, dueAtOf, newDelivery } from './delivery.js';
import { DeliveryLog } from './delivery-log.js';
import { DeliveryQueue } from './delivery-queue.js';
import { EndpointStore } from './endpoint-store.js';

/** Takes events over from the payments: each becomes one delivery for every endpoint that wants it. */
@Injectable()
export class Intake {
  constructor(
    private readonly endpoints: EndpointStore,
    private readonly log: DeliveryLog,
    private readonly queue: DeliveryQueue,
    @Inject('LOGGER') private readonly logger: Logger,
    outbox: Outbox,
  ) {
    outbox.handle((event) => this.take(event));
  }

  /**
   * When this resolves, nothing but the receiver can keep the event from being delivered. A crash before only means that the
   * event comes again, and finds the deliveries that were made.
   */
  private async take(event: PaymentEvent): Promise<void> {
    const { groupId, eventType, eventId } = event;
    const listeners = await this.endpoints.listeners(groupId, eventType);
    if (listeners.length === 0) {
      this.logger.info({ ...paymentIds(event), eventType }, 'no webhook endpoint wants this event');
      return;
    }
    await Promise.all(
      listeners.map(async ({ endpointId }) => {
        const ref = { groupId, endpointId, deliveryId: deliveryIdOf(eventId, endpointId) };
        const delivery = await this.log.add(ref, newDelivery(event, endpointId), event.body);
        if (delivery.status === 'pending') {
          await this.queue.add({ ...ref, round: delivery.round }, dueAtOf(delivery));
        }
      }),
    );
  }
}
