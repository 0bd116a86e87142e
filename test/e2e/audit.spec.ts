import { hostname, userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Program } from '../support/programs.js';
import { ENDPOINTS, WebhookShop } from '../support/webhook-shop.js';

let shop: WebhookShop;

beforeAll(async () => {
  shop = await WebhookShop.open();
});
afterAll(() => shop.close());

/** Runs `npm run keys -- …` against the store of the shop. @returns what it has printed */
async function keys(...args: string[]): Promise<string> {
  const program = new Program([process.execPath, 'dist/commands/keys.js', ...args], { ...shop.cluster.env });
  expect(await program.exitCode, program.log).toBe(0);
  return program.log;
}

async function acts(): Promise<object[]> {
  const { redis, prefix } = shop.cluster;
  const texts = await redis.zrange(`${prefix}:{audit}:acts`, 0, '-1');
  return texts.map((text) => JSON.parse(text) as object);
}

describe('what somebody changes', () => {
  it('on the command line is noted with the user and the host', async () => {
    const [, id] = /id +(\S+)/.exec(await keys('create', '--group', 'shop', '--type', 'desktop'))!;
    const [, key] = /x-api-key +(\S+)/.exec(await keys('rotate', id!))!;
    await keys('disable', id!);
    await keys('enable', id!);
    await keys('reseal');
    const by = { actor: { kind: 'command', id: userInfo().username }, from: hostname() };
    const actions = ['key.created', 'key.rotated', 'key.disabled', 'key.enabled'];
    expect(await acts()).toMatchObject([
      ...actions.map((action) => ({ action, ...by, subject: id, groupId: 'shop' })),
      { action: 'secrets.resealed', ...by },
    ]);
    expect(JSON.stringify(await acts())).not.toContain(key);
    const shown = await keys('audit', '--limit', '3');
    expect(shown).toMatch(/secrets\.resealed[^]*key\.enabled[^]*key\.disabled/);
    expect(shown).not.toContain('key.rotated');
  });

  it('over HTTP is noted with the key and the address, and without any secret', async () => {
    const before = (await acts()).length;
    const receiver = await shop.receiver();
    const { endpointId, secret } = await shop.endpoint(receiver);
    const path = `${ENDPOINTS}/${endpointId}`;
    await shop.api().put(path, { description: 'orders' });
    await shop.api().post(`${path}/rotate-secret`, {});
    const refused = await shop.api().post(`${path}/deliveries/nothing/redeliver`);
    expect(refused.status).toBe(404);
    await shop.api().delete(path);
    const noted = (await acts()).slice(before);
    const actions = ['endpoint.created', 'endpoint.updated', 'endpoint.secret-rotated', 'endpoint.deleted'];
    expect(noted).toMatchObject(
      actions.map((action) => ({
        action,
        actor: { kind: 'key', id: 'pos' },
        from: '127.0.0.1',
        subject: endpointId,
        groupId: 'shop',
        requestId: expect.any(String) as string,
      })),
    );
    expect(JSON.stringify(noted)).not.toContain(secret);
  });
});
