import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '../logging/index.js';
import { GatewayError } from '../protocol/index.js';
import { DeliveryLog } from './delivery-log.js';
import {
  DEFAULT_OVERLAP_MS,
  MOST_ENDPOINTS,
  newEndpointId,
  newSecret,
  withoutSecrets,
  type Endpoint,
  type EndpointRecord,
  type EndpointWishes,
  type IssuedEndpoint,
} from './endpoint.js';
import { EndpointCheck } from './endpoint-check.js';
import { EndpointStore, type EndpointsPage } from './endpoint-store.js';

/** What may be changed of an endpoint; null takes away, what is absent stays. */
export interface EndpointChange {
  url?: string | undefined;
  events?: Endpoint['events'] | undefined;
  status?: Endpoint['status'] | undefined;
  description?: string | null | undefined;
  metadata?: object | null | undefined;
}

/** The webhook endpoints of a group, as its tills manage them. */
@Injectable()
export class Endpoints {
  constructor(
    private readonly endpoints: EndpointStore,
    private readonly check: EndpointCheck,
    private readonly log: DeliveryLog,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {}

  async list(groupId: string): Promise<Endpoint[]> {
    return (await this.endpoints.list(groupId)).map(withoutSecrets);
  }

  /** Endpoints of all groups, for the operator; see {@link EndpointStore.page}. */
  async page(limit: number, after?: string): Promise<EndpointsPage<Endpoint>> {
    const { endpoints, next } = await this.endpoints.page(limit, after);
    const shown = endpoints.map(({ groupId, endpoint }) => ({ groupId, endpoint: withoutSecrets(endpoint) }));
    return { endpoints: shown, next };
  }

  /** @throws GatewayError `ENDPOINT_NOT_FOUND` */
  async get(groupId: string, endpointId: string): Promise<Endpoint> {
    const record = await this.endpoints.find(groupId, endpointId);
    if (!record) {
      throw new GatewayError('ENDPOINT_NOT_FOUND');
    }
    return withoutSecrets(record);
  }

  /** True if somebody of the group listens. */
  hasActive(groupId: string): Promise<boolean> {
    return this.endpoints.hasActive(groupId);
  }

  /** @throws GatewayError `ENDPOINT_VALIDATION_FAILED`, `ENDPOINT_LIMIT_REACHED` */
  async create(groupId: string, wishes: EndpointWishes): Promise<IssuedEndpoint> {
    if ((await this.endpoints.list(groupId)).length >= MOST_ENDPOINTS) {
      throw new GatewayError('ENDPOINT_LIMIT_REACHED');
    }
    const endpointId = newEndpointId();
    const secret = newSecret();
    await this.check.check(wishes.url, endpointId, [secret]);
    const now = new Date().toISOString();
    const record: EndpointRecord = {
      endpointId,
      ...wishes,
      status: 'active',
      createdAt: now,
      updatedAt: now,
      secret: this.endpoints.seal(secret),
    };
    await this.endpoints.add(groupId, record);
    this.logger.info({ groupId, endpointId }, 'webhook endpoint created');
    return { endpoint: withoutSecrets(record), secret };
  }

  /**
   * A new url is validated first; a disabled endpoint's pending deliveries end.
   * @throws GatewayError `ENDPOINT_NOT_FOUND`, `ENDPOINT_VALIDATION_FAILED`
   */
  async update(groupId: string, endpointId: string, change: EndpointChange): Promise<Endpoint> {
    let checkedUrl: string | undefined;
    const after = await this.endpoints.change(groupId, endpointId, async (record) => {
      const changed = applied(record, change);
      if (changed.url !== record.url && changed.url !== checkedUrl) {
        await this.check.check(changed.url, endpointId, this.endpoints.secretsOf(record));
        checkedUrl = changed.url;
      }
      return changed;
    });
    if (change.status === 'disabled') {
      const dropped = await this.log.dropPending(groupId, endpointId);
      this.logger.info({ groupId, endpointId, dropped }, 'webhook endpoint disabled by its owner');
    }
    return withoutSecrets(after);
  }

  /** Its pending deliveries end with it. @throws GatewayError `ENDPOINT_NOT_FOUND` */
  async remove(groupId: string, endpointId: string): Promise<void> {
    await this.get(groupId, endpointId);
    const dropped = await this.endpoints.remove(groupId, endpointId);
    this.logger.info({ groupId, endpointId, dropped }, 'webhook endpoint removed');
  }

  /**
   * Gives an endpoint a new secret. Another rotation during the overlap ends it for the oldest of the three.
   * @param overlapMs how long the old secret signs too
   * @throws GatewayError `ENDPOINT_NOT_FOUND`
   */
  async rotate(groupId: string, endpointId: string, overlapMs = DEFAULT_OVERLAP_MS): Promise<IssuedEndpoint> {
    const secret = newSecret();
    const sealed = this.endpoints.seal(secret);
    const after = await this.endpoints.change(groupId, endpointId, (record) => {
      const { previousSecret: _secret, previousValidUntil: _until, ...rest } = record;
      const previous = { previousSecret: record.secret, previousValidUntil: Date.now() + overlapMs };
      const updatedAt = new Date().toISOString();
      return { ...rest, ...(overlapMs > 0 && previous), secret: sealed, updatedAt };
    });
    this.logger.info({ groupId, endpointId, overlapMs }, 'secret of a webhook endpoint rotated');
    return { endpoint: withoutSecrets(after), secret };
  }
}

function applied(record: EndpointRecord, change: EndpointChange): EndpointRecord {
  const { url = record.url, events = record.events, status = record.status } = change;
  const { description = record.description, metadata = record.metadata } = change;
  return {
    ...record,
    url,
    events,
    status,
    description: description ?? undefined,
    metadata: metadata ?? undefined,
    disabledReason: change.status === undefined ? record.disabledReason : undefined,
    updatedAt: new Date().toISOString(),
  };
}
