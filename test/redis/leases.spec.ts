import { beforeEach, describe, expect, it } from 'vitest';
import type { Presence } from '../../src/presence/index.js';
import { Reaper } from '../../src/presence/reaper.js';
import { beat, bury } from '../../src/presence/scripts.js';
import { partitionOf } from '../../src/redis/index.js';
import { announced, connect, device, GROUP, till } from '../support/endpoints.js';
import { HintEar } from '../support/hint-ear.js';
import { silentLogger, TestStore } from '../support/test-store.js';

const PARTITION = partitionOf(GROUP);
const LEASE_MS = 60_000;

let test: TestStore;
let leases: string;
let presence: Presence;

beforeEach(async () => {
  test = await TestStore.open({ INSTANCE_LEASE_MS: String(LEASE_MS) });
  leases = test.keys.of(PARTITION, 'leases');
  presence = test.presence();
});

async function runBeat(instance: string, { channel = '', sets = [] as string[], limit = 200 } = {}) {
  const args = { instance, leaseMs: LEASE_MS, limit, sets: sets.length };
  const [told] = await test.store.run(beat, {}, args, { keys: [leases, ...sets], args: [channel] });
  return told!;
}

const endLease = (instance: string) => test.redis.zadd(leases, 1, instance);
const runBury = (instance: string) => test.store.run(bury, { leases }, { instance });

describe('beat', () => {
  it('renews the lease and says whether it had lapsed', async () => {
    const start = await test.now();
    expect((await runBeat('a')).lapsed).toBe(true);
    expect(Number(await test.redis.zscore(leases, 'a'))).toBeGreaterThanOrEqual(start + LEASE_MS);
    expect((await runBeat('a')).lapsed).toBe(false);
    await endLease('a');
    expect((await runBeat('a')).lapsed).toBe(true);
  });

  it('names the instances whose lease has ended', async () => {
    await runBeat('b');
    await endLease('c');
    expect((await runBeat('a')).deadInstances).toEqual(['c']);
  });

  it('tells what is due in each set, up to the limit', async () => {
    const sets = ['grace', 'due'].map((name) => test.keys.of(PARTITION, name));
    const { now } = await runBeat('a');
    await test.redis.zadd(sets[0]!, now - 3, 'x', now - 2, 'y', now - 1, 'z', now + LEASE_MS, 'later');
    expect((await runBeat('a', { sets, limit: 2 })).due).toEqual([['x', 'y'], []]);
    expect((await runBeat('a', { sets })).due).toEqual([['x', 'y', 'z'], []]);
  });

  it('serves several partitions at once, each by itself', async () => {
    const [here, there] = ['one', 'other'].map((name) => [
      test.keys.of(PARTITION, `leases:${name}`),
      test.keys.of(PARTITION, `due:${name}`),
    ]) as [string[], string[]];
    await test.redis.zadd(there[1]!, 1, 'x');
    await test.redis.zadd(here[0]!, 1, 'dead');
    const args = { instance: 'a', leaseMs: LEASE_MS, limit: 10, sets: 1 };
    const told = await test.store.run(beat, {}, args, { keys: [...here, ...there], args: ['', ''] });
    expect(told).toMatchObject([
      { lapsed: true, deadInstances: ['dead'], due: [[]] },
      { lapsed: true, deadInstances: [], due: [['x']] },
    ]);
  });

  it('sends a probe only when asked for one', async () => {
    const channel = test.keys.channel(PARTITION, 'a');
    const ear = await HintEar.on(channel);
    await runBeat('a');
    expect(await ear.take(test.redis)).toEqual([]);
    await runBeat('a', { channel });
    expect(await ear.take(test.redis)).toEqual(['probe']);
  });
});

describe('bury', () => {
  it('forgets the lease of a dead instance only', async () => {
    await runBeat('a');
    expect(await runBury('a')).toEqual(['alive']);
    expect(await test.redis.zscore(leases, 'a')).not.toBeNull();
    await endLease('a');
    expect(await runBury('a')).toEqual(['buried']);
    expect(await test.redis.zscore(leases, 'a')).toBeNull();
    expect(await runBury('never-seen')).toEqual(['buried']);
  });
});

describe('the reaper', () => {
  it('drops every endpoint of a dead instance, and announces it once though several bury', async () => {
    const dead = test.presence(test.instance('dead'));
    const incarnation = (await deadInstance(dead)).incarnation;
    await connect(presence, till('pos'));
    await endLease(incarnation);
    await Promise.all([1, 2, 3].map(() => newReaper().bury(PARTITION, incarnation)));
    expect((await announced(presence)).sort()).toEqual(['TERM-001 reconnecting', 'TERM-002 reconnecting']);
    expect(await test.redis.hlen(test.keys.of(PARTITION, 'owned'))).toBe(1);
    expect(await test.redis.zscore(leases, incarnation)).toBeNull();
  });

  it('leaves alone what lives again', async () => {
    const { incarnation } = await deadInstance(test.presence(test.instance('slow')));
    const before = await test.dump();
    await newReaper().bury(PARTITION, incarnation);
    expect((await test.dump())[test.keys.of(PARTITION, 'owned')]).toMatchObject({
      content: before[test.keys.of(PARTITION, 'owned')]!.content,
    });
  });

  /** An instance with two terminals and a desktop. */
  async function deadInstance(on: Presence): Promise<{ incarnation: string }> {
    for (const principal of [device('t1', 'TERM-001'), device('t2', 'TERM-002'), till('pos-2')]) {
      await connect(on, principal);
    }
    const [incarnation = ''] = await test.redis.zrange(leases, '0', '0');
    return { incarnation };
  }

  const newReaper = () => new Reaper(test.store, presence, silentLogger);
});
