import { beforeEach, describe, expect, it } from 'vitest';
import { FloorWatch } from '../../src/console/floor-watch.js';
import { KeyStore } from '../../src/keys/index.js';
import { FloorIndex, memberOf, type Presence } from '../../src/presence/index.js';
import { PARTITIONS, partitionOf } from '../../src/redis/index.js';
import { connect, device, GROUP } from '../support/endpoints.js';
import { TestStore } from '../support/test-store.js';

const MANY = 10_000;
const GROUPS = 200;
const NOBODY: ReadonlySet<string> = new Set();

let test: TestStore;
let presence: Presence;
let keys: KeyStore;
let watch: FloorWatch;

beforeEach(async () => {
  test = await TestStore.open({ GRACE_PERIOD_MS: '60000', INSTANCE_LEASE_MS: '60000' });
  presence = test.presence();
  keys = new KeyStore(test.store, test.config);
  watch = new FloorWatch(new FloorIndex(test.store, presence), keys);
});

const inPartition = (name: string) => test.keys.of(partitionOf(GROUP), name);
const conditions = () =>
  Object.fromEntries(watch.rows(watch.members()).map(({ keyId, condition }) => [keyId, condition]));

async function configure(keyId: string, deviceId: string, disabled = false): Promise<void> {
  const record = {
    id: keyId,
    groupId: GROUP,
    deviceType: 'terminal' as const,
    deviceId,
    metadata: {},
    disabled,
  };
  await keys.put(record, `key of ${keyId}`);
}

/** How many commands Redis carries out for some work. */
async function commandsOf(work: () => Promise<unknown>): Promise<number> {
  const count = async () => {
    const info = String(await test.redis.call('INFO', 'commandstats'));
    const calls = [...info.matchAll(/^cmdstat_(?!info)[^:]+:calls=(\d+)/gm)].map(([, n]) => Number(n));
    return calls.reduce((sum, n) => sum + n, 0);
  };
  const before = await count();
  await work();
  return (await count()) - before;
}

describe('watching the floor', () => {
  it('misses no change in the millisecond of a look, after which nothing tells of it', async () => {
    const { endpoint } = await connect(presence, device('t1', 'TERM-001'));
    await watch.load();
    // As if the clock stood still: this change, the look, and the next change have one time.
    const at = (await test.now()) + 60_000;
    const moment = () => test.redis.zadd(inPartition('floor'), at, memberOf(GROUP, 't1'));
    await moment();
    await watch.poll(NOBODY);
    await presence.drop(endpoint);
    await moment();
    await watch.poll(NOBODY);
    // No API key names it, so nothing is expected of it but its return.
    expect(conditions()).toEqual({ t1: 'reconnecting' });
  });

  it('sees at once that a lease has ended, and that it has begun again', async () => {
    await connect(presence, device('t1', 'TERM-001'));
    await connect(presence, device('t2'));
    await watch.load();
    await test.redis.zadd(inPartition('leases'), 1, test.config.incarnation);
    expect(await watch.poll(NOBODY)).toMatchObject({
      rows: [{ keyId: 't1', condition: 'reconnecting' }],
      gone: [{ groupId: GROUP, keyId: 't2' }],
    });
    await test.redis.zadd(inPartition('leases'), (await test.now()) + 60_000, test.config.incarnation);
    await watch.poll(NOBODY);
    expect(conditions()).toEqual({ t1: 'online', t2: 'online' });
  });

  it('sees what has come and gone between two looks', async () => {
    const { endpoint } = await connect(presence, device('t1'));
    await watch.load();
    await presence.drop(endpoint);
    await connect(presence, device('t2'));
    await watch.poll(NOBODY);
    await watch.poll(NOBODY);
    expect(conditions()).toEqual({ t2: 'online' });
  });

  it('sees that the store was emptied', async () => {
    await configure('t1', 'TERM-001');
    await connect(presence, device('t1', 'TERM-001'));
    await connect(presence, device('t2'));
    await watch.load();
    await test.redis.unlink(...Object.keys(await test.dump()).filter((name) => !name.includes('{keys}')));
    await watch.poll(NOBODY);
    expect(conditions()).toEqual({ t1: 'offline' });
  });

  it('goes by the API keys: device ids that move, keys that are disabled', async () => {
    await configure('t1', 'TERM-001');
    await watch.load();
    expect(conditions()).toEqual({ t1: 'offline' });
    await configure('t1', 'TERM-009');
    expect(await watch.poll(NOBODY)).toMatchObject({ rows: [{ keyId: 't1', terminalId: 'TERM-009' }] });
    await configure('t1', 'TERM-009', true);
    expect(await watch.poll(NOBODY)).toMatchObject({ gone: [{ keyId: 't1' }] });
    await connect(presence, device('t1', 'TERM-009'));
    await watch.poll(NOBODY);
    expect(conditions()).toEqual({ t1: 'online' });
  });

  it('finds in time what nothing has told', async () => {
    await connect(presence, device('t1', 'TERM-001'));
    await watch.load();
    await test.redis.hset(test.keys.endpoint(GROUP, 't1'), 'tx', memberOf(GROUP, 'T'));
    await watch.poll(NOBODY);
    for (let i = 0; i < PARTITIONS; i++) await watch.poll(NOBODY);
    expect(conditions()).toEqual({ t1: 'busy' });
  });

  it('tells after a look that failed what it had found before', async () => {
    await watch.load();
    await connect(presence, device('t1', 'TERM-001'));
    const failing = { clear: test.store.run.bind(test.store) };
    let left = 40;
    test.store.run = ((...args: Parameters<typeof failing.clear>) =>
      --left > 0 ? failing.clear(...args) : Promise.reject(new Error('away'))) as typeof test.store.run;
    await expect(watch.poll(NOBODY)).rejects.toThrow('away');
    test.store.run = failing.clear;
    expect(await watch.poll(NOBODY)).toMatchObject({ rows: [{ keyId: 't1', condition: 'online' }] });
  });
});

describe(`${MANY} terminals`, () => {
  beforeEach(async () => {
    const { incarnation } = test.config;
    for (let g = 0; g < GROUPS; g++) {
      const groupId = `group-${g}`;
      const ids = Array.from({ length: MANY / GROUPS }, (_, i) => `k${g}-${i}`);
      const at = (name: string) => test.keys.of(partitionOf(groupId), name);
      const entry = (id: string) =>
        JSON.stringify({
          state: 'online',
          instance: incarnation,
          connectionId: id,
          deviceId: id,
          connectedAt: 1,
          metadata: {},
        });
      await test.redis.hset(at(`terminals:${groupId}`), new Map(ids.map((id) => [id, entry(id)])));
      await test.redis.zadd(at('floor'), ...ids.flatMap((id) => [1_000, memberOf(groupId, id)]));
      await test.redis.zadd(at('leases'), (await test.now()) + 60_000, incarnation);
    }
  });

  it('are read once, and one look after that asks for what has changed', async () => {
    const loading = await commandsOf(() => watch.load());
    expect(watch.members()).toHaveLength(MANY);
    expect(loading).toBeLessThan(4 * MANY);
    const look = await commandsOf(() => watch.poll(NOBODY));
    // A script of four commands in each partition, and one partition as a whole.
    expect(look).toBeLessThan(PARTITIONS * 6 + 4 * 600);
    expect(await watch.poll(NOBODY)).toBeUndefined();
  });
});
