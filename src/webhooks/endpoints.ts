import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import type { WebhookEventType } from '../payments/index.js';
import { PresenceKeys } from '../presence/index.js';
import { partitionOf, Store } from '../redis/index.js';

/** Where a group wants to be told of its payments. */
export interface Endpoint {
  /** `wh_` and a ULID. */
  endpointId: string;
  url: string;
  events: WebhookEventType[];
  status: 'active' | 'disabled';
}

/**
 * The webhook endpoints of the groups.
 *
 * | key | type | content |
 * |---|---|---|
 * | `webhooks:<group>` | hash | endpoint id → endpoint (JSON) |
 */
@Injectable()
export class Endpoints {
  private readonly keys: PresenceKeys;

  constructor(
    private readonly store: Store,
    @Inject('CONFIG') config: Config,
  ) {
    this.keys = new PresenceKeys(config.redisKeyPrefix);
  }

  async list(groupId: string): Promise<Endpoint[]> {
    const texts = await this.store.ask((redis) => redis.hvals(this.key(groupId)));
    return texts.map((text) => JSON.parse(text) as Endpoint);
  }

  /** True if somebody of the group listens. */
  async hasActive(groupId: string): Promise<boolean> {
    return (await this.list(groupId)).some(({ status }) => status === 'active');
  }

  private key(groupId: string): string {
    return this.keys.of(partitionOf(groupId), `webhooks:${groupId}`);
  }
}
