import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { Sealing } from '../keys/index.js';
import { GatewayError, type WebhookEventType } from '../protocol/index.js';
import { PARTITIONS, partitionOf, Store } from '../redis/index.js';
import { MOST_ENDPOINTS, type Endpoint, type EndpointRecord } from './endpoint.js';
import { WebhookKeys } from './keys.js';
import * as scripts from './scripts.js';

/** How often a change is tried again when somebody else changed the same endpoint meanwhile. */
const MOST_TRIES = 20;

/** How many groups are read at a time. */
const GROUP_BATCH = 50;

export interface OwnedEndpoint<T extends Endpoint = EndpointRecord> {
  groupId: string;
  endpoint: T;
}

export interface EndpointsPage<T extends Endpoint = EndpointRecord> {
  endpoints: OwnedEndpoint<T>[];
  /** The group behind which the following page begins; absent at the end. */
  next?: string | undefined;
}

/** The webhook endpoints of the groups in the store. Secrets are sealed. */
@Injectable()
export class EndpointStore {
  private readonly keys: WebhookKeys;
  private readonly sealing: Sealing;

  constructor(
    private readonly store: Store,
    @Inject('CONFIG') config: Config,
  ) {
    this.keys = new WebhookKeys(config.redisKeyPrefix);
    this.sealing = Sealing.of(config);
  }

  /** The endpoints of a group, oldest first. */
  async list(groupId: string): Promise<EndpointRecord[]> {
    const { endpoints } = this.keys.endpoints(groupId);
    const texts = await this.store.ask((redis) => redis.hvals(endpoints));
    return texts
      .map((text) => JSON.parse(text) as EndpointRecord)
      .sort((a, b) => a.endpointId.localeCompare(b.endpointId));
  }

  /**
   * Endpoints of all groups, those of one group together.
   * @param limit after how many no further group is begun
   * @param after the group that the page before ended with
   */
  async page(limit: number, after?: string): Promise<EndpointsPage> {
    const endpoints: OwnedEndpoint[] = [];
    for await (const groups of this.groups(after)) {
      const lists = await Promise.all(groups.map((groupId) => this.list(groupId)));
      for (const [i, groupId] of groups.entries()) {
        endpoints.push(...lists[i]!.map((endpoint) => ({ groupId, endpoint })));
        if (endpoints.length >= limit) {
          return { endpoints, next: groupId };
        }
      }
    }
    return { endpoints };
  }

  async find(groupId: string, endpointId: string): Promise<EndpointRecord | undefined> {
    const text = await this.read(groupId, endpointId);
    return text === null ? undefined : (JSON.parse(text) as EndpointRecord);
  }

  /** True if somebody of the group listens. */
  async hasActive(groupId: string): Promise<boolean> {
    return (await this.list(groupId)).some(({ status }) => status === 'active');
  }

  /** The active endpoints of a group that want this kind of event. */
  async listeners(groupId: string, eventType: WebhookEventType): Promise<EndpointRecord[]> {
    const all = await this.list(groupId);
    return all.filter(({ status, events }) => status === 'active' && events.includes(eventType));
  }

  /** @throws GatewayError `ENDPOINT_LIMIT_REACHED` */
  async add(groupId: string, record: EndpointRecord): Promise<void> {
    if ((await this.put(groupId, record, '')) === 'full') {
      throw new GatewayError('ENDPOINT_LIMIT_REACHED');
    }
  }

  /**
   * Changes an endpoint as it is at that moment: on a conflict `change` is asked again.
   * @param change returns the changed endpoint, or undefined to leave it
   * @returns the endpoint after the change
   * @throws GatewayError `ENDPOINT_NOT_FOUND`
   */
  async change(
    groupId: string,
    endpointId: string,
    change: (record: EndpointRecord) => EndpointRecord | undefined | Promise<EndpointRecord | undefined>,
  ): Promise<EndpointRecord> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const text = await this.read(groupId, endpointId);
      if (text === null) {
        throw new GatewayError('ENDPOINT_NOT_FOUND');
      }
      const old = JSON.parse(text) as EndpointRecord;
      const changed = await change(old);
      if (changed === undefined) {
        return old;
      }
      if ((await this.put(groupId, changed, text)) === 'stored') {
        return changed;
      }
    }
    throw new Error(`webhook endpoint ${endpointId} is changed by others all the time`);
  }

  /** @returns how many deliveries were still pending */
  remove(groupId: string, endpointId: string): Promise<number> {
    const { due: _due, ...deliveries } = this.keys.deliveries(groupId, endpointId);
    const keys = { ...this.keys.endpoints(groupId), ...deliveries };
    return this.store.run(scripts.removeEndpoint, keys, { group: groupId, id: endpointId });
  }

  seal(secret: string): string {
    return this.sealing.seal(secret);
  }

  /** The secrets that calls are signed with now, the current one first. */
  secretsOf({ secret, previousSecret, previousValidUntil = 0 }: EndpointRecord): string[] {
    const overlaps = previousSecret !== undefined && previousValidUntil > Date.now();
    return (overlaps ? [secret, previousSecret] : [secret]).map((sealed) => this.sealing.open(sealed));
  }

  /**
   * Seals every secret anew that is open or sealed with another key than the current one.
   * @returns how many endpoints there were
   */
  async reseal(): Promise<number> {
    let count = 0;
    for await (const groups of this.groups()) {
      for (const groupId of groups) {
        for (const { endpointId } of await this.list(groupId)) {
          count += Number(await this.resealOne(groupId, endpointId));
        }
      }
    }
    return count;
  }

  /** Some groups at a time that have an endpoint, by partition and name. @param after begin behind this group */
  private async *groups(after?: string): AsyncGenerator<string[]> {
    const first = after === undefined ? 0 : partitionOf(after);
    for (let partition = first; partition < PARTITIONS; partition++) {
      let from = after !== undefined && partition === first ? `(${after}` : '-';
      for (let isEnd = false; !isEnd;) {
        const groups = await this.store.ask((redis) =>
          redis.zrangebylex(this.keys.groups(partition), from, '+', 'LIMIT', 0, GROUP_BATCH),
        );
        yield groups;
        from = `(${groups.at(-1)}`;
        isEnd = groups.length < GROUP_BATCH;
      }
    }
  }

  private async resealOne(groupId: string, endpointId: string): Promise<boolean> {
    const anew = (sealed: string) =>
      this.sealing.isCurrent(sealed) ? sealed : this.sealing.seal(this.sealing.open(sealed));
    let isResealed = false;
    await this.change(groupId, endpointId, (record) => {
      const { secret, previousSecret } = record;
      const resealed = {
        ...record,
        secret: anew(secret),
        ...(previousSecret !== undefined && { previousSecret: anew(previousSecret) }),
      };
      isResealed = resealed.secret !== secret || resealed.previousSecret !== previousSecret;
      return isResealed ? resealed : undefined;
    });
    return isResealed;
  }

  private read(groupId: string, endpointId: string): Promise<string | null> {
    const { endpoints } = this.keys.endpoints(groupId);
    return this.store.ask((redis) => redis.hget(endpoints, endpointId));
  }

  private put(groupId: string, record: EndpointRecord, expected: string) {
    const args = {
      group: groupId,
      id: record.endpointId,
      endpoint: JSON.stringify(record),
      expected,
      limit: MOST_ENDPOINTS,
    };
    return this.store.run(scripts.putEndpoint, this.keys.endpoints(groupId), args);
  }
}
