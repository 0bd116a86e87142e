import { Controller, Get, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';
import { Acts } from '../edge/index.js';
import { ListDeliveriesDto, validateDto } from '../protocol/index.js';
import { Deliveries, Endpoints, type Endpoint, type OwnedEndpoint } from '../webhooks/index.js';
import type { ConsoleRequest } from './console-request.js';
import { ConsoleGuard } from './console.guard.js';
import { PageDto } from './dto.js';
import type { DeliveriesView, DeliveryView, EndpointsView, EndpointView } from './views.js';

const PAGE_SIZE = 500;
const MOST_DELIVERIES = 100;

/** The webhook endpoints of all groups, and what was delivered to them. */
@Controller('console/api/webhooks')
@UseGuards(ConsoleGuard)
export class WebhooksController {
  constructor(
    private readonly endpoints: Endpoints,
    private readonly deliveries: Deliveries,
    private readonly acts: Acts,
  ) {}

  /** @throws GatewayError `VALIDATION_FAILED` */
  @Get()
  async list(@Req() { query }: ConsoleRequest): Promise<EndpointsView> {
    const { after } = validateDto(PageDto, query);
    const { endpoints, next } = await this.endpoints.page(PAGE_SIZE, after);
    return { endpoints: endpoints.map(viewOf), ...(next !== undefined && { next }) };
  }

  /** @throws GatewayError `VALIDATION_FAILED`, `ENDPOINT_NOT_FOUND` */
  @Get(':groupId/:endpointId/deliveries')
  async listDeliveries(
    @Req() { query }: ConsoleRequest,
    @Param('groupId') groupId: string,
    @Param('endpointId') endpointId: string,
  ): Promise<DeliveriesView> {
    const { status } = validateDto(ListDeliveriesDto, query);
    const deliveries = await this.deliveries.list(groupId, endpointId, MOST_DELIVERIES, status);
    return { deliveries };
  }

  /** @throws GatewayError `ENDPOINT_NOT_FOUND`, `DELIVERY_NOT_FOUND`, `NO_WEBHOOK_ENDPOINTS` */
  @Post(':groupId/:endpointId/deliveries/:deliveryId/redeliver')
  @HttpCode(202)
  async redeliver(
    @Req() request: ConsoleRequest,
    @Param('groupId') groupId: string,
    @Param('endpointId') endpointId: string,
    @Param('deliveryId') deliveryId: string,
  ): Promise<DeliveryView> {
    const delivery = await this.deliveries.redeliver({ groupId, endpointId, deliveryId });
    await this.acts.note(request, { action: 'delivery.redelivered', subject: deliveryId, groupId });
    return delivery;
  }
}

function viewOf({ groupId, endpoint }: OwnedEndpoint<Endpoint>): EndpointView {
  const { endpointId, url, events, status, disabledReason, description, createdAt, updatedAt } = endpoint;
  return { groupId, endpointId, url, events, status, disabledReason, description, createdAt, updatedAt };
}
