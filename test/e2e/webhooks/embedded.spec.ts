import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { isSignedWith } from '../../support/receiver.js';
import { WebhookShop } from '../../support/webhook-shop.js';

/** Without REDIS_URL the gateway brings its own store: a redis-server, or, where none is installed, one in its process. */
async function shopWithEmbeddedStore(env: Record<string, string>): Promise<WebhookShop> {
  const shop = await WebhookShop.open({ store: {}, env });
  onTestFinished(() => shop.close());
  return shop;
}

async function expectDelivery(shop: WebhookShop): Promise<void> {
  const receiver = await shop.receiver();
  const { endpointId, secret } = await shop.endpoint(receiver);
  await shop.terminal();
  expect(isSignedWith(secret, await receiver.next(await shop.pay()))).toBe(true);
  await receiver.goDown();
  const id = await shop.pay();
  await shop.delivery(endpointId, id, { hasAttempts: 1 });
  await receiver.comeBack();
  await shop.delivery(endpointId, id, { status: 'delivered' });
  expect(await shop.cluster.instances[0]!.stop()).toBe(0);
}

it('webhooks are delivered with the embedded redis-server', async () => {
  await expectDelivery(await shopWithEmbeddedStore({}));
});

it('webhooks are delivered with the store in the process', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'no-programs-'));
  onTestFinished(() => rm(empty, { recursive: true, force: true }));
  const shop = await shopWithEmbeddedStore({ PATH: empty });
  expect(shop.cluster.logs()).toContain('NO REDIS INSTALLED');
  await expectDelivery(shop);
});
