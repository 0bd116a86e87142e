import { Controller, Delete, Get, HttpCode, Param, Post, Put, Req, UseGuards } from '@nestjs/common';
import { Acts, jsonBody, type Act } from '../edge/index.js';
import {
  CreateEndpointDto,
  ListDeliveriesDto,
  RotateSecretDto,
  UpdateEndpointDto,
  validateDto,
  validationFailed,
} from '../protocol/index.js';
import { Deliveries, Endpoints } from '../webhooks/index.js';
import { assertDesktop, type ApiRequest } from './api-request.js';
import { SignedGuard } from './signed.guard.js';

const DEFAULT_LIMIT = 50;
const MOST_METADATA_LENGTH = 4_096;

/** The webhook endpoints of the caller's group, and what was delivered to them. */
@Controller('v1/webhooks/endpoints')
@UseGuards(SignedGuard)
export class WebhooksController {
  constructor(
    private readonly endpoints: Endpoints,
    private readonly deliveries: Deliveries,
    private readonly acts: Acts,
  ) {}

  /** @throws GatewayError `VALIDATION_FAILED`, `ENDPOINT_VALIDATION_FAILED`, `ENDPOINT_LIMIT_REACHED` */
  @Post()
  @HttpCode(201)
  async create(@Req() request: ApiRequest): Promise<object> {
    const groupId = groupOf(request);
    const { url, events, description, metadata } = validateDto(CreateEndpointDto, jsonBody(request).body);
    assertSmall(metadata);
    const { endpoint, secret } = await this.endpoints.create(groupId, {
      url,
      events,
      description: description ?? undefined,
      metadata: metadata ?? undefined,
    });
    await this.note(request, 'endpoint.created', endpoint.endpointId);
    return stamped({ ...endpoint, secret });
  }

  @Get()
  async list(@Req() request: ApiRequest): Promise<object> {
    const endpoints = await this.endpoints.list(groupOf(request));
    return stamped({ endpoints, count: endpoints.length });
  }

  /** @throws GatewayError `ENDPOINT_NOT_FOUND` */
  @Get(':endpointId')
  async get(@Req() request: ApiRequest, @Param('endpointId') endpointId: string): Promise<object> {
    return stamped(await this.endpoints.get(groupOf(request), endpointId));
  }

  /** @throws GatewayError `VALIDATION_FAILED`, `ENDPOINT_NOT_FOUND`, `ENDPOINT_VALIDATION_FAILED` */
  @Put(':endpointId')
  async update(@Req() request: ApiRequest, @Param('endpointId') endpointId: string): Promise<object> {
    const groupId = groupOf(request);
    const change = validateDto(UpdateEndpointDto, jsonBody(request).body);
    assertSmall(change.metadata);
    const endpoint = await this.endpoints.update(groupId, endpointId, change);
    await this.note(request, 'endpoint.updated', endpointId);
    return stamped(endpoint);
  }

  /** @throws GatewayError `ENDPOINT_NOT_FOUND` */
  @Delete(':endpointId')
  @HttpCode(204)
  async remove(@Req() request: ApiRequest, @Param('endpointId') endpointId: string): Promise<void> {
    await this.endpoints.remove(groupOf(request), endpointId);
    await this.note(request, 'endpoint.deleted', endpointId);
  }

  /** @throws GatewayError `VALIDATION_FAILED`, `ENDPOINT_NOT_FOUND` */
  @Post(':endpointId/rotate-secret')
  @HttpCode(200)
  async rotate(@Req() request: ApiRequest, @Param('endpointId') endpointId: string): Promise<object> {
    const groupId = groupOf(request);
    const body = request.body === undefined || request.body.length === 0 ? {} : jsonBody(request).body;
    const { overlapSeconds } = validateDto(RotateSecretDto, body);
    const overlapMs = overlapSeconds === undefined ? undefined : overlapSeconds * 1000;
    const { endpoint, secret } = await this.endpoints.rotate(groupId, endpointId, overlapMs);
    await this.note(request, 'endpoint.secret-rotated', endpointId);
    return stamped({ ...endpoint, secret });
  }

  /** @throws GatewayError `VALIDATION_FAILED`, `ENDPOINT_NOT_FOUND` */
  @Get(':endpointId/deliveries')
  async listDeliveries(@Req() request: ApiRequest, @Param('endpointId') endpointId: string): Promise<object> {
    const groupId = groupOf(request);
    const { limit = DEFAULT_LIMIT, status } = validateDto(ListDeliveriesDto, queryOf(request));
    const deliveries = await this.deliveries.list(groupId, endpointId, limit, status);
    return stamped({ deliveries, count: deliveries.length });
  }

  /** @throws GatewayError `ENDPOINT_NOT_FOUND`, `DELIVERY_NOT_FOUND` */
  @Get(':endpointId/deliveries/:deliveryId')
  async getDelivery(
    @Req() request: ApiRequest,
    @Param('endpointId') endpointId: string,
    @Param('deliveryId') deliveryId: string,
  ): Promise<object> {
    return stamped(await this.deliveries.get({ groupId: groupOf(request), endpointId, deliveryId }));
  }

  /** @throws GatewayError `ENDPOINT_NOT_FOUND`, `DELIVERY_NOT_FOUND`, `NO_WEBHOOK_ENDPOINTS` */
  @Post(':endpointId/deliveries/:deliveryId/redeliver')
  @HttpCode(202)
  async redeliver(
    @Req() request: ApiRequest,
    @Param('endpointId') endpointId: string,
    @Param('deliveryId') deliveryId: string,
  ): Promise<object> {
    const delivery = await this.deliveries.redeliver({ groupId: groupOf(request), endpointId, deliveryId });
    await this.note(request, 'delivery.redelivered', deliveryId);
    return stamped(delivery);
  }

  private note(request: ApiRequest, action: Act['action'], subject: string): Promise<void> {
    return this.acts.note(request, { action, subject, groupId: request.principal.groupId });
  }
}

/** @throws GatewayError `DESKTOP_ONLY` */
function groupOf(request: ApiRequest): string {
  assertDesktop(request);
  return request.principal.groupId;
}

function stamped(body: object): object {
  return { ...body, timestamp: new Date().toISOString() };
}

/** The query with its numbers as numbers. */
function queryOf({ query }: ApiRequest): object {
  const { limit } = query;
  return typeof limit === 'string' && /^\d{1,6}$/.test(limit) ? { ...query, limit: Number(limit) } : query;
}

function assertSmall(metadata: object | null | undefined): void {
  if (metadata && JSON.stringify(metadata).length > MOST_METADATA_LENGTH) {
    throw validationFailed([
      { field: 'metadata', message: `metadata must be at most ${MOST_METADATA_LENGTH} characters of JSON` },
    ]);
  }
}
