import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { PosClient, refused, TerminalClient } from '../../support/clients.js';
import { adminKey, startCluster, type Cluster } from '../../support/fixture.js';
import { Operator } from '../../support/operator.js';
import { newRequest } from '../../support/payments.js';

interface Opened {
  groupId: string;
  till: { keyId: string; apiKey: string };
  terminal: { keyId: string; apiKey: string; deviceId: string };
  path: string;
}

let cluster: Cluster;
let alice: Operator;

beforeAll(async () => {
  cluster = await startCluster({
    instances: 2,
    keys: [adminKey('alice'), adminKey('bob')],
    env: { LOG_LEVEL: 'debug', TRUSTED_PROXIES: '127.0.0.1' },
  });
});
afterAll(() => cluster.close());
beforeEach(async () => {
  alice = await Operator.of(cluster, 'alice');
});

async function open(operator = alice): Promise<Opened> {
  const { status, body, text } = await operator.post('/playground');
  expect(status, text).toBe(200);
  return body as unknown as Opened;
}

function acts(): Promise<string[]> {
  return cluster.redis.zrange(`${cluster.prefix}:{audit}:acts`, 0, '-1');
}

it('gives a till and a terminal that make a payment', async () => {
  const { groupId, till, terminal, path } = await open();
  expect([groupId, path]).toEqual(['playground-alice', '/v1']);
  expect([till.keyId, terminal.keyId]).toEqual(['playground-alice-till', 'playground-alice-terminal']);
  const device = cluster.track(await TerminalClient.connect(cluster.url(0), terminal.apiKey));
  await device.roundTrip();
  const pos = cluster.track(await PosClient.connect(cluster.url(1), till.apiKey));
  await pos.roundTrip();
  const paymentRequest = newRequest();
  pos.send({ action: 'payment', terminalId: terminal.deviceId, paymentRequest });
  const result = await pos.next(({ action }) => action === 'paymentComplete');
  expect(result).toMatchObject({ transactionId: paymentRequest.transactionId, status: 'SUCCESS', groupId });
});

it('keeps two keys for an admin, however often it is opened', async () => {
  const first = await open();
  const second = await open();
  expect(second.till.keyId).toBe(first.till.keyId);
  expect((await refused(cluster.url(), first.till.apiKey)).status).toBe(401);
  await cluster.track(await PosClient.connect(cluster.url(), second.till.apiKey)).roundTrip();
  await open(await Operator.of(cluster, 'bob'));
  const { body } = await alice.get('/keys');
  const ids = (body['keys'] as { id: string }[]).map(({ id }) => id);
  expect(ids.filter((id) => id.startsWith('playground-alice'))).toHaveLength(2);
  expect(ids.filter((id) => id.startsWith('playground-bob'))).toHaveLength(2);
});

it('ends both connections when it is closed, opens again, and notes each', async () => {
  const { till, terminal } = await open();
  const pos = cluster.track(await PosClient.connect(cluster.url(1), till.apiKey));
  const device = cluster.track(await TerminalClient.connect(cluster.url(0), terminal.apiKey));
  const before = (await acts()).length;
  expect((await alice.delete('/playground')).status).toBe(204);
  for (const client of [pos, device]) expect((await client.closed).code).toBe(4003);
  expect((await alice.delete('/playground')).status).toBe(204);
  const again = await open();
  await cluster.track(await PosClient.connect(cluster.url(), again.till.apiKey)).roundTrip();
  const noted = (await acts()).slice(before).map((text) => JSON.parse(text) as object);
  const by = {
    actor: { kind: 'admin', id: 'alice' },
    subject: 'playground-alice',
    groupId: 'playground-alice',
  };
  expect(noted).toMatchObject([
    { action: 'playground.closed', ...by },
    { action: 'playground.opened', ...by },
  ]);
});

it('takes no key that belongs to something else', async () => {
  const bob = await Operator.of(cluster, 'bob');
  await bob.delete('/playground');
  const carol = { kind: 'admin', id: 'carol' };
  const { body } = await alice.post('/keys', carol);
  await alice.post('/keys', { kind: 'desktop', groupId: 'shop', id: 'playground-carol-till' });
  const operator = new Operator(cluster.instances[0]!.url);
  await operator.signIn(body['apiKey'] as string);
  const refusal = await operator.post('/playground');
  expect([refusal.status, refusal.body['code']]).toEqual([409, 'KEY_CONFLICT']);
  expect((await operator.delete('/playground')).status).toBe(204);
  const { keys } = (await alice.get('/keys?after=playground-carol')).body as { keys: any[] };
  expect(keys[0]).toMatchObject({ id: 'playground-carol-till', groupId: 'shop', isDisabled: false });
});

it('is for who is signed in, and no key of it is logged', async () => {
  const stranger = new Operator(cluster.instances[0]!.url);
  expect((await stranger.post('/playground')).status).toBe(401);
  expect((await stranger.delete('/playground')).status).toBe(401);
  const { till, terminal } = await open();
  for (const { apiKey } of [till, terminal]) expect(cluster.logs()).not.toContain(apiKey);
});
