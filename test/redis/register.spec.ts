import { beforeEach, describe, expect, it } from 'vitest';
import type { Presence } from '../../src/presence/index.js';
import { partitionOf } from '../../src/redis/index.js';
import { announced, connect, connectionOf, device, GROUP, till } from '../support/endpoints.js';
import { expectSame } from '../support/dump.js';
import { HintEar } from '../support/hint-ear.js';
import { terminalsOf } from '../support/terminal-list.js';
import { TestStore } from '../support/test-store.js';

const POS = till('pos');
const TERMINAL = device('t1', 'TERM-001');
const PARTITION = partitionOf(GROUP);

let test: TestStore;
let instanceA: string;
let instanceB: string;
let a: Presence;
let b: Presence;

beforeEach(async () => {
  test = await TestStore.open({ GRACE_PERIOD_MS: '60000', INSTANCE_LEASE_MS: '60000' });
  const other = test.instance('B');
  a = test.presence();
  b = test.presence(other);
  instanceA = test.config.incarnation;
  instanceB = other.incarnation;
});

const around = (keyId: string) => test.keys.around(GROUP, keyId);
const endpointHash = (keyId: string) => test.redis.hgetall(around(keyId).endpoint);

describe('register', () => {
  it('makes a connection the owner of its endpoint', async () => {
    const start = await test.now();
    const { endpoint, epoch, now, hasOpenPayment } = await connect(a, TERMINAL);
    expect(epoch).toBeGreaterThanOrEqual(start);
    expect(now).toBeGreaterThanOrEqual(start);
    expect(hasOpenPayment).toBe(false);
    expect(await endpointHash('t1')).toEqual({
      epoch: String(epoch),
      inst: instanceA,
      conn: endpoint.connectionId,
      state: 'online',
      dev: 'TERM-001',
      since: expect.stringMatching(/^\d+$/) as string,
    });
    const here = [{ keyId: 't1', epoch }];
    expect(await a.strangers(PARTITION, here)).toEqual(new Map());
    const owner = { epoch, connectionId: endpoint.connectionId };
    const others = [{ keyId: 'other', epoch }, ...here, { keyId: 't1', epoch: epoch - 1 }];
    expect(await a.strangers(PARTITION, others)).toEqual(
      new Map([
        [0, undefined],
        [2, owner],
      ]),
    );
    expect(await b.strangers(PARTITION, here)).toEqual(new Map([[0, owner]]));
    expect(await a.terminalOfConnection(endpoint.connectionId)).toEqual({ groupId: GROUP, keyId: 't1' });
    const lease = Number(await test.redis.zscore(around('t1').leases, instanceA));
    expect(lease).toBeGreaterThanOrEqual(start + 60_000);
  });

  it('leaves an endpoint to the one that is online there until it is taken over', async () => {
    const live = await connect(a, TERMINAL);
    const before = await test.dump();
    const next = connectionOf(TERMINAL);
    expect(await b.connect(next, Date.now())).toEqual({ kind: 'occupied' });
    expectSame(await test.dump(), before);
    expect(await b.takeOver(next, Date.now())).toMatchObject({ kind: 'registered' });
    expect(await endpointHash('t1')).toMatchObject({
      conn: next.connectionId,
      past: live.endpoint.connectionId,
    });
  });

  it('asks nobody for a sign of life where the owner of the endpoint is dead', async () => {
    await connect(a, TERMINAL);
    await test.redis.zadd(around('t1').leases, 1, instanceA);
    expect(await b.connect(connectionOf(TERMINAL), Date.now())).toMatchObject({ kind: 'registered' });
  });

  it('does not displace a socket that was opened later', async () => {
    const live = await connect(b, TERMINAL);
    const late = connectionOf(TERMINAL);
    expect(await a.connect(late, Date.now() - 10_000)).toEqual({ kind: 'displaced' });
    expect(await a.takeOver(late, Date.now() - 10_000)).toEqual({ kind: 'displaced' });
    expect(await endpointHash('t1')).toMatchObject({ conn: live.endpoint.connectionId, state: 'online' });
  });

  it('keeps no newer socket out after a restore, whatever the clock of its instance says', async () => {
    const { endpoint, epoch } = await connect(a, TERMINAL);
    await test.wipe();
    await a.restore({ ...endpoint, connectedAt: Date.now() + 60_000 }, epoch);
    expect(await b.takeOver(connectionOf(TERMINAL), Date.now())).toMatchObject({ kind: 'registered' });
  });

  it('lets even an old socket in when nobody is there', async () => {
    const { endpoint } = await connect(b, TERMINAL);
    await b.drop(endpoint);
    expect(await a.connect(connectionOf(TERMINAL), Date.now() - 10_000)).toMatchObject({
      kind: 'registered',
    });
  });

  it('keeps a desktop out of the terminals', async () => {
    await connect(a, POS);
    expect(await terminalsOf(test.lists(a))).toEqual([]);
    expect(await test.redis.hgetall(around('pos').desktops)).toEqual({ pos: instanceA });
    expect(await announced(a)).toEqual([]);
  });

  it('displaces an older connection by a hint to its instance', async () => {
    const ear = await HintEar.on(test.keys.channel(PARTITION, instanceA));
    const old = await connect(a, TERMINAL);
    const young = await connect(b, TERMINAL);
    expect(young.epoch).toBeGreaterThan(old.epoch);
    expect(await ear.take(test.redis)).toEqual([`displaced\nt1\n${young.epoch}`]);
    expect((await endpointHash('t1'))['inst']).toBe(instanceB);
    expect(await a.terminalOfConnection(old.endpoint.connectionId)).toBeUndefined();
  });

  it('announces only connected when a terminal displaces its own older connection', async () => {
    await connect(a, POS);
    const old = await connect(a, TERMINAL);
    await connect(b, TERMINAL);
    expect(await a.drop(old.endpoint)).toMatchObject({ kind: 'stale' });
    expect(await announced(a)).toEqual(['TERM-001 connected', 'TERM-001 connected']);
  });

  it('hints an update to every instance with a desktop of the group, and to no other', async () => {
    const ear = await HintEar.on(
      test.keys.channel(PARTITION, instanceA),
      test.keys.channel(PARTITION, instanceB),
    );
    await connect(a, POS);
    await connect(a, till('pos-2'));
    await connect(b, TERMINAL);
    const [update] = await a.statusAfter(GROUP, 0);
    const hint = `status\n${GROUP}\n${update!.sequence}\n${update!.frame}`;
    expect(await ear.take(test.redis)).toEqual([hint]);
    expect(await ear.take(test.redis, test.keys.channel(PARTITION, instanceB))).toEqual([]);
  });

  it('tells a desktop from which update on it is told', async () => {
    const first = await connect(a, POS);
    expect(first.statusSequence).toBe(0);
    await connect(a, TERMINAL);
    const second = await connect(a, till('pos-2'));
    const [update] = await a.statusAfter(GROUP, first.statusSequence);
    expect(second.statusSequence).toBe(update!.sequence);
    expect(await a.statusSequences(PARTITION, [GROUP, 'other'])).toEqual([update!.sequence, 0]);
  });

  it('gives an epoch above the last one though the clock has gone back', async () => {
    const { epoch } = await connect(a, TERMINAL);
    const ahead = epoch + 3_600_000;
    await test.redis.hset(around('t1').endpoint, 'epoch', ahead);
    expect((await connect(b, TERMINAL)).epoch).toBe(ahead + 1);
  });

  it('gives an epoch above the last one though the store was emptied', async () => {
    const { epoch } = await connect(a, TERMINAL);
    await test.clockPast(epoch);
    await test.wipe();
    expect((await connect(b, TERMINAL)).epoch).toBeGreaterThan(epoch);
  });

  it('says whether the terminal has a payment that is not final', async () => {
    await connect(a, TERMINAL);
    await test.redis.hset(around('t1').endpoint, 'tx', 'shop\nT');
    expect((await connect(a, TERMINAL)).hasOpenPayment).toBe(true);
  });
});

describe('register, aside', () => {
  it('puts an endpoint with waiting mail where the sweep finds it, and says so', async () => {
    expect(await connect(a, POS)).toMatchObject({ hasMail: false });
    await test.redis.hset(test.keys.of(PARTITION, 'mailbox:pos'), 'r:T', '1 {}');
    expect(await connect(a, POS)).toMatchObject({ hasMail: true });
    expect(await test.redis.zscore(around('pos').mail, `${GROUP}\npos`)).not.toBeNull();
  });

  it('sent again after its reply was lost does not take the endpoint back from a newer connection', async () => {
    await connect(a, TERMINAL);
    const { again } = test.store;
    const young = await connect(b, TERMINAL);
    await again();
    expect((await endpointHash('t1'))['conn']).toBe(young.endpoint.connectionId);
  });
});

describe('register to restore', () => {
  it('brings back what was buried, under the same epoch', async () => {
    await connect(a, POS);
    const { endpoint, epoch } = await connect(a, TERMINAL);
    await a.drop(endpoint);
    expect(await a.restore(endpoint, epoch)).toMatchObject({ kind: 'registered', epoch });
    expect((await terminalsOf(test.lists(a))).map(({ state }) => state)).toEqual(['online']);
    expect(await test.redis.zcard(around('t1').grace)).toBe(0);
    expect(await announced(a)).toEqual(['TERM-001 connected', 'TERM-001 reconnecting', 'TERM-001 connected']);
  });

  it('brings back what an emptied store forgot, without a word', async () => {
    const { endpoint, epoch } = await connect(a, TERMINAL);
    const pos = await connect(a, POS);
    await test.wipe();
    await a.restore(pos.endpoint, pos.epoch);
    expect(await a.restore(endpoint, epoch)).toMatchObject({ kind: 'registered', epoch });
    expect(await a.strangers(PARTITION, [{ keyId: 't1', epoch }])).toEqual(new Map());
    expect(await announced(a)).toEqual([]);
  });

  it('refuses a connection that a newer one has displaced', async () => {
    const old = await connect(a, TERMINAL);
    const young = await connect(b, TERMINAL);
    const before = await test.dump();
    expect(await a.restore(old.endpoint, old.epoch)).toEqual({ kind: 'displaced' });
    expectSame(await test.dump(), before);
    expect((await endpointHash('t1'))['epoch']).toBe(String(young.epoch));
  });
});
