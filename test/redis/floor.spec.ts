import { beforeEach, describe, expect, it } from 'vitest';
import { FloorIndex, memberOf, type Presence } from '../../src/presence/index.js';
import { partitionOf } from '../../src/redis/index.js';
import { connect, device, GROUP, till } from '../support/endpoints.js';
import { TestStore } from '../support/test-store.js';

const TERMINAL = device('t1', 'TERM-001');
const NAMELESS = device('t2');
const PARTITION = partitionOf(GROUP);
const T1 = memberOf(GROUP, 't1');
const T2 = memberOf(GROUP, 't2');

let test: TestStore;
let presence: Presence;
let floor: FloorIndex;

beforeEach(async () => {
  test = await TestStore.open({ GRACE_PERIOD_MS: '60000', INSTANCE_LEASE_MS: '60000' });
  presence = test.presence();
  floor = new FloorIndex(test.store, presence);
});

async function members(): Promise<string[]> {
  const all: string[] = [];
  for await (const page of floor.members(PARTITION)) all.push(...page.map(({ member }) => member));
  return all.sort();
}

/** The members that have changed since a moment of the store's clock. */
async function changedSince(ms: number): Promise<string[]> {
  return (await floor.changes(PARTITION, ms)).changed.map(({ member }) => member);
}

async function endGraceNow(keyId: string): Promise<void> {
  await test.redis.zadd(test.keys.of(PARTITION, 'grace'), 'XX', 1, memberOf(GROUP, keyId));
  await presence.endGrace(GROUP, keyId);
}

describe('the index of terminals', () => {
  it('holds every terminal that has a list entry, and no till', async () => {
    await connect(presence, till('pos'));
    await connect(presence, TERMINAL);
    await connect(presence, NAMELESS);
    expect(await members()).toEqual([T1, T2]);
    const { size, instances } = await floor.changes(PARTITION, 0);
    expect(size).toBe(2);
    expect([...instances]).toEqual([test.config.incarnation]);
  });

  it('tells each change of a terminal, and only that', async () => {
    const { endpoint } = await connect(presence, TERMINAL);
    await connect(presence, device('t3', 'TERM-003'));
    const afterConnect = (await test.now()) + 1;
    await test.clockPast(afterConnect);
    expect(await changedSince(afterConnect)).toEqual([]);

    await presence.drop(endpoint);
    expect(await changedSince(afterConnect)).toEqual([T1]);

    const afterDrop = (await test.now()) + 1;
    await test.clockPast(afterDrop);
    await endGraceNow('t1');
    expect(await changedSince(afterDrop)).toEqual([T1]);
  });

  it('forgets a terminal without a device id when it drops', async () => {
    const { endpoint } = await connect(presence, NAMELESS);
    await presence.drop(endpoint);
    expect(await members()).toEqual([]);
    expect(await floor.changes(PARTITION, 0)).toMatchObject({ size: 0, changed: [] });
  });

  it('gives more changes than fit into one answer', async () => {
    const key = test.keys.of(PARTITION, 'floor');
    const many = Array.from({ length: 2_500 }, (_, i) => [1_000 + Math.floor(i / 3), `shop\nt${i}`]).flat();
    await test.redis.zadd(key, ...many);
    expect(new Set(await changedSince(0)).size).toBe(2_500);
    expect((await members()).length).toBe(2_500);
  });

  it('knows what the store knows of a terminal', async () => {
    const { endpoint } = await connect(presence, TERMINAL);
    await connect(presence, NAMELESS);
    await test.redis.hset(test.keys.endpoint(GROUP, 't2'), 'tx', 'shop\nT');
    await presence.recordActivity(GROUP, new Map([['t1', { at: 77, roundTripMs: 12.5 }]]));
    await presence.drop(endpoint);
    const grace = Number(await test.redis.zscore(test.keys.of(PARTITION, 'grace'), T1));
    const unknown = memberOf(GROUP, 'nobody');

    const facts = await floor.facts(PARTITION, [T1, unknown, T2]);
    expect(facts).toMatchObject([
      {
        entry: { state: 'reconnecting', deviceId: 'TERM-001' },
        graceEndsAt: grace,
        at: 77,
        roundTripMs: 12.5,
      },
      { entry: undefined, graceEndsAt: undefined, openPayment: undefined },
      { entry: { state: 'online', instance: test.config.incarnation }, openPayment: 'shop\nT' },
    ]);
    expect(await floor.activity(PARTITION, [T1, unknown])).toEqual([
      { at: 77, roundTripMs: 12.5 },
      { at: 0, roundTripMs: undefined },
    ]);
  });

  it('stays as it is when a connection is restored that nobody had given up', async () => {
    const { endpoint, epoch } = await connect(presence, TERMINAL);
    const before = await test.redis.zscore(test.keys.of(PARTITION, 'floor'), T1);
    await test.clockPast(Number(before));
    await presence.restore(endpoint, epoch);
    expect(await test.redis.zscore(test.keys.of(PARTITION, 'floor'), T1)).toBe(before);
  });
});
