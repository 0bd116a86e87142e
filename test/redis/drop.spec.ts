import { beforeEach, describe, expect, it } from 'vitest';
import { memberOf, type Presence } from '../../src/presence/index.js';
import { partitionOf } from '../../src/redis/index.js';
import { announced, connect, connectionOf, device, GROUP, till } from '../support/endpoints.js';
import { expectSame } from '../support/dump.js';
import { terminalsOf } from '../support/terminal-list.js';
import { TestStore } from '../support/test-store.js';

const POS = till('pos');
const TERMINAL = device('t1', 'TERM-001');
const NAMELESS = device('t2');
const PARTITION = partitionOf(GROUP);
const STALE = { kind: 'stale', openPayment: false };

let test: TestStore;
let instanceA: string;
let a: Presence;
let b: Presence;

beforeEach(async () => {
  test = await TestStore.open({ GRACE_PERIOD_MS: '60000', INSTANCE_LEASE_MS: '60000' });
  const other = test.instance('B');
  a = test.presence();
  b = test.presence(other);
  instanceA = test.config.incarnation;
});

const around = (keyId: string) => test.keys.around(GROUP, keyId);
const endpointHash = (keyId: string) => test.redis.hgetall(around(keyId).endpoint);

async function endGraceNow(keyId: string): Promise<void> {
  await test.redis.zadd(around(keyId).grace, 'XX', 1, memberOf(GROUP, keyId));
}

describe('drop', () => {
  it('begins the grace of a terminal with a device id', async () => {
    await connect(a, POS);
    const { endpoint } = await connect(a, TERMINAL);
    const start = await test.now();
    expect(await a.drop(endpoint)).toEqual({ kind: 'reconnecting', openPayment: false });
    expect(Number(await test.redis.zscore(around('t1').grace, memberOf(GROUP, 't1')))).toBeGreaterThanOrEqual(
      start + 60_000,
    );
    expect(await terminalsOf(test.lists(a))).toMatchObject([
      { keyId: 't1', state: 'reconnecting', instance: '' },
    ]);
    expect(await a.strangers(PARTITION, [{ keyId: 't1', epoch: 1 }])).toEqual(new Map([[0, undefined]]));
    expect(await a.terminalOfConnection(endpoint.connectionId)).toBeUndefined();
    expect(await announced(a)).toEqual(['TERM-001 connected', 'TERM-001 reconnecting']);
  });

  it('ends a terminal without a device id at once', async () => {
    await connect(a, POS);
    const { endpoint } = await connect(a, NAMELESS);
    expect(await a.drop(endpoint)).toEqual({ kind: 'offline', openPayment: false });
    expect(await terminalsOf(test.lists(a))).toEqual([]);
    const { connectionId } = endpoint;
    expect(await announced(a)).toEqual([`${connectionId} connected`, `${connectionId} disconnected`]);
  });

  it('takes a desktop off the list of those to be told', async () => {
    const { endpoint } = await connect(a, POS);
    expect(await a.drop(endpoint)).toEqual({ kind: 'offline', openPayment: false });
    await connect(a, TERMINAL);
    expect(await test.redis.hlen(around('pos').desktops)).toBe(0);
    expect(await announced(a)).toEqual([]);
  });

  it('names the open payment of the terminal', async () => {
    const { endpoint } = await connect(a, TERMINAL);
    await test.redis.hset(around('t1').endpoint, 'tx', 'shop\nT');
    expect(await a.drop(endpoint)).toEqual({ kind: 'reconnecting', openPayment: true });
  });

  it('changes nothing for a connection that is not the owner', async () => {
    await connect(a, POS);
    const old = await connect(a, TERMINAL);
    await connect(b, TERMINAL);
    const before = await test.dump();
    expect(await a.drop(old.endpoint)).toEqual(STALE);
    expect(await a.drop(connectionOf(device('never-seen')))).toEqual(STALE);
    expectSame(await test.dump(), before);
  });

  it('does not bury for a death of an instance that lives', async () => {
    const { endpoint } = await connect(a, TERMINAL);
    expect(await b.drop(endpoint, instanceA)).toEqual(STALE);
    await test.redis.zadd(around('t1').leases, 1, instanceA);
    expect(await b.drop(endpoint, instanceA)).toEqual({ kind: 'reconnecting', openPayment: false });
  });
});

describe('expire', () => {
  it('does nothing while the grace lasts', async () => {
    const { endpoint } = await connect(a, TERMINAL);
    await a.drop(endpoint);
    const before = await test.dump();
    await b.endGrace(GROUP, 't1');
    expectSame(await test.dump(), before);
  });

  it('gives a terminal up when its grace is over', async () => {
    await connect(a, POS);
    const { endpoint } = await connect(a, TERMINAL);
    await a.drop(endpoint);
    await endGraceNow('t1');
    await b.endGrace(GROUP, 't1');
    expect((await endpointHash('t1'))['state']).toBe('offline');
    expect((await terminalsOf(test.lists(a))).map(({ state }) => state)).toEqual(['offline']);
    expect(await test.redis.zcard(around('t1').grace)).toBe(0);
    expect(await announced(a)).toEqual([
      'TERM-001 connected',
      'TERM-001 reconnecting',
      'TERM-001 disconnected',
    ]);
  });

  it('announces the end once though every instance sweeps', async () => {
    await connect(a, POS);
    const { endpoint } = await connect(a, TERMINAL);
    await a.drop(endpoint);
    await endGraceNow('t1');
    await Promise.all([a, b, a, b].map((presence) => presence.endGrace(GROUP, 't1')));
    expect((await announced(a)).filter((update) => update === 'TERM-001 disconnected')).toHaveLength(1);
  });

  it('does not touch a terminal that is back', async () => {
    const { endpoint } = await connect(a, TERMINAL);
    await a.drop(endpoint);
    await connect(b, TERMINAL);
    await test.redis.zadd(around('t1').grace, 1, memberOf(GROUP, 't1'));
    await a.endGrace(GROUP, 't1');
    expect((await endpointHash('t1'))['state']).toBe('online');
  });

  it('clears a deadline whose terminal the store has forgotten', async () => {
    await test.redis.zadd(around('gone').grace, 1, memberOf(GROUP, 'gone'));
    await a.endGrace(GROUP, 'gone');
    expect(await test.redis.zcard(around('gone').grace)).toBe(0);
  });
});

describe('list', () => {
  it('shows a terminal of a dead instance as reconnecting, before any sweep', async () => {
    await connect(a, TERMINAL);
    await connect(a, NAMELESS);
    await connect(b, device('t3', 'TERM-003'));
    await test.redis.zadd(around('t1').leases, 1, instanceA);
    const listed = await terminalsOf(test.lists(b));
    expect(listed.map(({ keyId, state }) => `${keyId} ${state}`).sort()).toEqual([
      't1 reconnecting',
      't3 online',
    ]);
  });

  it('tells the last activity', async () => {
    const { endpoint } = await connect(a, TERMINAL);
    const { connectedAt } = endpoint;
    expect(await terminalsOf(test.lists(a))).toMatchObject([{ connectedAt, lastActivity: connectedAt }]);
    await a.recordActivity(GROUP, new Map([['t1', { at: connectedAt + 5_000 }]]));
    expect(await terminalsOf(test.lists(a))).toMatchObject([
      { connectedAt, lastActivity: connectedAt + 5_000 },
    ]);
  });

  it('shows nothing of another group', async () => {
    await connect(a, device('foreign', 'TERM-001', 'other'));
    expect(await terminalsOf(test.lists(a))).toEqual([]);
  });
});
