import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { memberOf } from '../presence/index.js';
import type { DeliveryStatus } from '../protocol/index.js';
import { Store } from '../redis/index.js';
import { dueAtOf, ended, type DeliveryRecord, type DeliveryRef } from './delivery.js';
import { WebhookKeys } from './keys.js';
import * as scripts from './scripts.js';

/** How long, and how many of one endpoint, ended deliveries are kept. Pending ones are kept until they end. */
const KEEP_MS = 76 * 3_600_000;
const KEEP_COUNT = 1_000;
/** How long after it was due a pending delivery is looked at by the sweep: the queue should have come for it long since. */
export const OVERDUE_MS = 60_000;
const LOOK_BATCH = 200;
const MOST_TRIES = 20;

/** Every delivery of the endpoints: what was sent, what is to be sent. The queue only says when; this is the truth. */
@Injectable()
export class DeliveryLog {
  private readonly keys: WebhookKeys;

  constructor(
    private readonly store: Store,
    @Inject('CONFIG') config: Config,
  ) {
    this.keys = new WebhookKeys(config.redisKeyPrefix);
  }

  /** @returns the delivery as it is in the store: this one, or the one that was there already */
  async add(ref: DeliveryRef, delivery: DeliveryRecord, body: string): Promise<DeliveryRecord> {
    const { isStored, found } = await this.put(ref, delivery, '', body);
    return isStored ? delivery : (JSON.parse(found) as DeliveryRecord);
  }

  async find({ groupId, endpointId, deliveryId }: DeliveryRef): Promise<DeliveryRecord | undefined> {
    const { deliveries } = this.keys.deliveries(groupId, endpointId);
    return parsed(await this.store.ask((redis) => redis.hget(deliveries, deliveryId)));
  }

  /** What its calls send; undefined if the delivery is gone. */
  async body({ groupId, endpointId, deliveryId }: DeliveryRef): Promise<string | undefined> {
    const { bodies } = this.keys.deliveries(groupId, endpointId);
    return (await this.store.ask((redis) => redis.hget(bodies, deliveryId))) ?? undefined;
  }

  /**
   * Changes a delivery as it is at that moment: on a conflict `change` is asked again.
   * @param change returns the changed delivery, or undefined to leave it
   * @returns the delivery after the change; undefined if there is none
   */
  async change(
    ref: DeliveryRef,
    change: (delivery: DeliveryRecord) => DeliveryRecord | undefined,
  ): Promise<DeliveryRecord | undefined> {
    const { deliveries } = this.keys.deliveries(ref.groupId, ref.endpointId);
    let text = (await this.store.ask((redis) => redis.hget(deliveries, ref.deliveryId))) ?? '';
    for (let tries = 0; tries < MOST_TRIES && text !== ''; tries++) {
      const old = JSON.parse(text) as DeliveryRecord;
      const changed = change(old);
      if (changed === undefined) {
        return old;
      }
      const { isStored, found } = await this.put(ref, changed, text, '');
      if (isStored) {
        return changed;
      }
      text = found;
    }
    if (text !== '') {
      throw new Error(`delivery ${ref.deliveryId} is changed by others all the time`);
    }
    return undefined;
  }

  /** The deliveries of an endpoint, newest first. */
  async list(
    groupId: string,
    endpointId: string,
    limit: number,
    status?: DeliveryStatus,
  ): Promise<DeliveryRecord[]> {
    const listed: DeliveryRecord[] = [];
    for await (const batch of this.batches(groupId, endpointId)) {
      listed.push(...batch.filter((delivery) => status === undefined || delivery.status === status));
      if (listed.length >= limit) {
        break;
      }
    }
    return listed.slice(0, limit);
  }

  /** Ends every pending delivery of an endpoint without a further call. @returns how many there were */
  async dropPending(groupId: string, endpointId: string): Promise<number> {
    let count = 0;
    for await (const batch of this.batches(groupId, endpointId)) {
      const pending = batch.filter(({ status }) => status === 'pending');
      await Promise.all(
        pending.map(({ deliveryId }) =>
          this.change({ groupId, endpointId, deliveryId }, (delivery) =>
            delivery.status === 'pending' ? ended(delivery, 'dropped') : undefined,
          ),
        ),
      );
      count += pending.length;
    }
    return count;
  }

  /** Has the sweep look at a delivery again later, or never again if it is not pending. */
  async lookAgain(ref: DeliveryRef, delivery: DeliveryRecord | undefined): Promise<void> {
    const { due } = this.keys.deliveries(ref.groupId, ref.endpointId);
    await this.store.ask((redis) =>
      delivery?.status === 'pending'
        ? redis.zadd(due, 'XX', Math.max(dueAtOf(delivery), Date.now()) + OVERDUE_MS, dueMember(ref))
        : redis.zrem(due, dueMember(ref)),
    );
  }

  private async *batches(groupId: string, endpointId: string): AsyncGenerator<DeliveryRecord[]> {
    const { deliveries, log } = this.keys.deliveries(groupId, endpointId);
    const ids = await this.store.ask((redis) => redis.zrevrange(log, 0, -1));
    for (let i = 0; i < ids.length; i += LOOK_BATCH) {
      const texts = await this.store.ask((redis) => redis.hmget(deliveries, ...ids.slice(i, i + LOOK_BATCH)));
      yield texts.flatMap((text) => parsed(text) ?? []);
    }
  }

  private put(ref: DeliveryRef, delivery: DeliveryRecord, expected: string, body: string) {
    const isPending = delivery.status === 'pending';
    return this.store.run(scripts.putDelivery, this.keys.deliveries(ref.groupId, ref.endpointId), {
      id: ref.deliveryId,
      delivery: JSON.stringify(delivery),
      expected,
      body,
      createdAt: Date.parse(delivery.createdAt),
      endedAt: isPending ? '' : Date.parse(delivery.updatedAt),
      member: dueMember(ref),
      dueAt: dueAtOf(delivery) + OVERDUE_MS,
      keepMs: KEEP_MS,
      keepCount: KEEP_COUNT,
    });
  }
}

function dueMember({ groupId, endpointId, deliveryId }: DeliveryRef): string {
  return memberOf(groupId, `${endpointId}\n${deliveryId}`);
}

function parsed(text: string | null | undefined): DeliveryRecord | undefined {
  return text ? (JSON.parse(text) as DeliveryRecord) : undefined;
}
