import { Inject, Injectable } from '@nestjs/common';
import { paymentIds, type Logger } from '../logging/index.js';
import { GatewayError, type DeliveryStatus } from '../protocol/index.js';
import { begunAnew, shown, type Delivery, type DeliveryRef } from './delivery.js';
import { DeliveryLog } from './delivery-log.js';
import { DeliveryQueue } from './delivery-queue.js';
import { EndpointStore } from './endpoint-store.js';

/** The deliveries of a group's endpoints, as its tills look at them. */
@Injectable()
export class Deliveries {
  constructor(
    private readonly endpoints: EndpointStore,
    private readonly log: DeliveryLog,
    private readonly queue: DeliveryQueue,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {}

  /** Newest first. @throws GatewayError `ENDPOINT_NOT_FOUND` */
  async list(
    groupId: string,
    endpointId: string,
    limit: number,
    status?: DeliveryStatus,
  ): Promise<Delivery[]> {
    await this.endpoint(groupId, endpointId);
    return (await this.log.list(groupId, endpointId, limit, status)).map(shown);
  }

  /** @throws GatewayError `ENDPOINT_NOT_FOUND`, `DELIVERY_NOT_FOUND` */
  async get(ref: DeliveryRef): Promise<Delivery> {
    await this.endpoint(ref.groupId, ref.endpointId);
    const delivery = await this.log.find(ref);
    if (!delivery) {
      throw new GatewayError('DELIVERY_NOT_FOUND');
    }
    return shown(delivery);
  }

  /**
   * Begins a delivery anew, with the same event and body, at once and with all its attempts. One that is pending is due now.
   * @throws GatewayError `ENDPOINT_NOT_FOUND`, `DELIVERY_NOT_FOUND`, `NO_WEBHOOK_ENDPOINTS` if the endpoint is disabled
   */
  async redeliver(ref: DeliveryRef): Promise<Delivery> {
    const { status } = await this.endpoint(ref.groupId, ref.endpointId);
    if (status !== 'active') {
      throw new GatewayError('NO_WEBHOOK_ENDPOINTS', {
        message: 'This webhook endpoint is disabled; set its status to active first',
      });
    }
    const delivery = await this.log.change(ref, (current) => begunAnew(current));
    if (!delivery) {
      throw new GatewayError('DELIVERY_NOT_FOUND');
    }
    await this.queue.add({ ...ref, round: delivery.round });
    const { transactionId, eventId } = delivery;
    const ids = paymentIds({ groupId: ref.groupId, transactionId });
    this.logger.info({ ...ref, ...ids, eventId }, 'webhook is delivered again on request');
    return shown(delivery);
  }

  private async endpoint(groupId: string, endpointId: string) {
    const endpoint = await this.endpoints.find(groupId, endpointId);
    if (!endpoint) {
      throw new GatewayError('ENDPOINT_NOT_FOUND');
    }
    return endpoint;
  }
}
