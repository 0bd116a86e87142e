import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { adminKey, posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import { LiveStream } from '../../support/live-stream.js';
import { Operator } from '../../support/operator.js';
import { newRequest } from '../../support/payments.js';

const VISIBLE_MS = 2_000;

let cluster: Cluster;
let alice: Operator;

beforeAll(async () => {
  cluster = await startCluster({
    instances: 2,
    env: { TRUSTED_PROXIES: '127.0.0.1', HEARTBEAT_INTERVAL_MS: '200' },
    keys: [
      adminKey('alice'),
      posKey('pos'),
      terminalKey('t1', 'TERM-001'),
      terminalKey('t2', 'TERM-002'),
      terminalKey('t3', 'TERM-003', 'mall'),
      terminalKey('nameless'),
      { ...terminalKey('off', 'TERM-OFF'), disabled: true },
    ],
  });
  alice = await Operator.of(cluster, 'alice');
});
afterAll(() => cluster.close());

async function watch(): Promise<LiveStream> {
  const live = await LiveStream.open(alice);
  expect(live.status).toBe(200);
  expect(live.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
  });
  await live.complete();
  return live;
}

describe('the floor', () => {
  it('begins with all terminals that are expected or connected, in every group', async () => {
    const terminal = await cluster.terminal('t1', { on: 1 });
    const nameless = await cluster.terminal('nameless');
    const live = await watch();
    expect([...live.floor.keys()].sort()).toEqual(['mall/t3', 'shop/nameless', 'shop/t1', 'shop/t2']);
    const instances = live.health.instances.map(({ id }: { id: string }) => id);
    expect(live.terminal('t1')).toEqual({
      groupId: 'shop',
      keyId: 't1',
      terminalId: 'TERM-001',
      deviceId: 'TERM-001',
      condition: 'online',
      instance: expect.any(String),
      connectionId: expect.any(String),
      connectedAt: expect.any(Number),
      lastActivity: expect.any(Number),
      ...(live.terminal('t1').roundTripMs !== undefined && { roundTripMs: expect.any(Number) }),
    });
    expect(instances).toContain(live.terminal('t1').instance);
    expect(live.terminal('t1').instance).not.toBe(live.terminal('nameless').instance);
    expect(live.terminal('nameless')).toMatchObject({ condition: 'online' });
    expect(live.terminal('nameless').terminalId).toBe(live.terminal('nameless').connectionId);
    expect(live.terminal('t2')).toEqual({
      groupId: 'shop',
      keyId: 't2',
      terminalId: 'TERM-002',
      deviceId: 'TERM-002',
      condition: 'offline',
    });
    terminal.drop();
    nameless.drop();
  });

  it('shows a terminal that comes, drops, and does not come back', async () => {
    const live = await watch();
    const terminal = await cluster.terminal('t2');
    await live.becomes('t2', 'online', VISIBLE_MS);
    const begin = Date.now();
    terminal.drop();
    const row = await live.becomes('t2', 'reconnecting', VISIBLE_MS);
    expect(row.graceEndsAt).toBeGreaterThan(begin + 1_000);
    expect(row.instance).toBeUndefined();
    await live.becomes('t2', 'offline', 6_000);
    expect(live.terminal('t2').lastActivity).toBeLessThanOrEqual(Date.now());
  });

  it('shows a terminal without a device id only while it is connected', async () => {
    const live = await watch();
    const terminal = await cluster.terminal('nameless');
    await live.becomes('nameless', 'online', VISIBLE_MS);
    terminal.drop();
    await eventually(() => expect(live.terminal('nameless')).toBeUndefined(), { timeoutMs: VISIBLE_MS });
  });

  it('shows which terminals are busy, and with what', async () => {
    const live = await watch();
    const pos = await cluster.pos('pos');
    const terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
    await live.becomes('t1', 'online', VISIBLE_MS);
    const request = newRequest();
    pos.pay('TERM-001', request);
    const busy = await live.becomes('t1', 'busy', VISIBLE_MS);
    expect(busy.transactionId).toBe(request.transactionId);
    terminal.respond(request.transactionId, 'SUCCESS');
    const free = await live.becomes('t1', 'online', VISIBLE_MS);
    expect(free.transactionId).toBeUndefined();
    terminal.drop();
  });

  it('shows keys that are made, disabled and enabled while it is watched', async () => {
    const live = await watch();
    const wanted = { kind: 'terminal', groupId: 'mall', id: 'made', deviceId: 'MADE' };
    expect((await alice.post('/keys', wanted)).status).toBe(201);
    const made = () => live.terminal('made', 'mall');
    await eventually(() => expect(made()).toMatchObject({ terminalId: 'MADE', condition: 'offline' }));
    await alice.post('/keys/made/disable');
    await eventually(() => expect(made()).toBeUndefined());
    await alice.post('/keys/made/enable');
    await eventually(() => expect(made()).toBeDefined());
  });

  it('tells the round trip and last activity of the terminals that are asked for', async () => {
    const live = await watch();
    const terminal = await cluster.terminal('t3');
    await eventually(() => expect(live.terminal('t3', 'mall').condition).toBe('online'));
    const { connectedAt } = live.terminal('t3', 'mall');
    const terminals = [
      { groupId: 'mall', keyId: 't3' },
      { groupId: 'mall', keyId: 'nobody' },
    ];
    const ask = async () => (await alice.post('/floor/activity', { terminals })).body as any;
    await eventually(
      async () => {
        const { activity } = await ask();
        expect(activity[0].roundTripMs).toBeGreaterThanOrEqual(0);
        expect(activity[0].roundTripMs).toBeLessThan(5_000);
        expect(activity[1]).toEqual({ groupId: 'mall', keyId: 'nobody' });
      },
      { timeoutMs: 10_000 },
    );
    await terminal.roundTrip();
    await eventually(async () => expect((await ask()).activity[0].lastActivity).toBeGreaterThan(connectedAt));
    terminal.drop();
  });

  it.each([
    ['nothing', {}],
    ['too many', { terminals: Array.from({ length: 201 }, () => ({ groupId: 'a', keyId: 'b' })) }],
    ['no terminals', { terminals: [null] }],
    ['half a name', { terminals: [{ groupId: 'shop' }] }],
  ])('refuses to tell the activity of %s', async (_what, body) => {
    const answer = await alice.post('/floor/activity', body);
    expect([answer.status, answer.body['code']]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('shows nobody online whose instance was killed', async () => {
    const victim = await cluster.add();
    const live = await watch();
    const place = cluster.instances.indexOf(victim);
    const terminal = await cluster.terminal('t2', { on: place });
    const nameless = await cluster.terminal('nameless', { on: place });
    await live.becomes('t2', 'online', VISIBLE_MS);
    await live.becomes('nameless', 'online', VISIBLE_MS);
    victim.kill();
    const lease = Number(cluster.env['INSTANCE_LEASE_MS']);
    await live.becomes('t2', 'reconnecting', lease + 2 * VISIBLE_MS);
    await eventually(() => expect(live.terminal('nameless')).toBeUndefined(), { timeoutMs: VISIBLE_MS });
    await live.becomes('t2', 'offline', 10_000);
    terminal.drop();
    nameless.drop();
  });
});
