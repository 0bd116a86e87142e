import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { isSignedWith } from '../support/receiver.js';
import { SentinelTrio, SlotCluster, Standalone, type Topology } from '../support/topologies.js';
import { WebhookShop } from '../support/webhook-shop.js';

let topology: Topology;
let shop: WebhookShop | undefined;

afterEach(async () => {
  await shop?.close();
  shop = undefined;
  await topology.stop();
});

describe.each<[name: string, start: () => Promise<Topology>]>([
  ['Redis Sentinel', () => SentinelTrio.start()],
  ['Redis Cluster', () => SlotCluster.start()],
])('on %s', (_name, start) => {
  it('webhooks are delivered, tried again, and delivered again on request', async () => {
    topology = await start();
    shop = await WebhookShop.open({ instances: 2, store: topology.env });
    const receiver = await shop.receiver();
    const { endpointId, secret } = await shop.endpoint(receiver);
    await shop.terminal(1);
    expect(isSignedWith(secret, await receiver.next(await shop.pay()))).toBe(true);
    await receiver.goDown();
    const id = await shop.pay();
    await shop.delivery(endpointId, id, { hasAttempts: 2 });
    await receiver.comeBack();
    const { deliveryId } = await shop.delivery(endpointId, id, { status: 'delivered' });
    await shop.redeliver(endpointId, deliveryId);
    await eventually(() => receiver.of(id).length === 2);
    await shop.api().delete(`/v1/webhooks/endpoints/${endpointId}`);
    expect(await Promise.all(shop.cluster.instances.map((instance) => instance.stop()))).toEqual([0, 0]);
  });
});

it('Redis is killed while a retry is waited for: it goes on after the outage, which is logged once', async () => {
  const redis = await Standalone.start();
  topology = redis;
  shop = await WebhookShop.open({ instances: 2, store: redis.env });
  const receiver = await shop.receiver();
  const { endpointId } = await shop.endpoint(receiver);
  await shop.terminal(1);
  await receiver.goDown();
  const ids = [await shop.pay(), await shop.pay()];
  for (const id of ids) await shop.delivery(endpointId, id, { hasAttempts: 1 });
  // What Redis has not written to its file yet would be gone: that is another test's matter.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await redis.killMaster();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await receiver.comeBack();
  await redis.restart();
  for (const id of ids) await receiver.next(id, undefined, 25_000);
  for (const id of ids) await shop.delivery(endpointId, id, { status: 'delivered' });
  const lines = shop.cluster.instances[0]!.output().split('\n');
  expect(lines.filter((line) => line.includes('webhooks wait'))).toHaveLength(1);
  await eventually(() => shop!.cluster.instances[0]!.output().includes('webhooks go on'));
});

it('an instance stops in order while Redis is away', async () => {
  const redis = await Standalone.start();
  topology = redis;
  shop = await WebhookShop.open({ store: redis.env });
  await redis.killMaster();
  expect(await shop.cluster.instances[0]!.stop()).toBe(0);
});
