import { beforeEach, describe, expect, it } from 'vitest';
import { memberOf, type Presence } from '../../src/presence/index.js';
import { partitionOf } from '../../src/redis/index.js';
import { connect, connectionOf, device, GROUP, till } from '../support/endpoints.js';
import { HintEar } from '../support/hint-ear.js';
import { TestStore } from '../support/test-store.js';

const POS = till('pos');
const TERMINAL = device('t1', 'TERM-001');
const NAMELESS = device('t2');
const PARTITION = partitionOf(GROUP);

let test: TestStore;
let a: Presence;
let b: Presence;

beforeEach(async () => {
  test = await TestStore.open({ GRACE_PERIOD_MS: '60000', INSTANCE_LEASE_MS: '60000' });
  a = test.presence();
  b = test.presence(test.instance('B'));
});

const incarnationOf = (presence: Presence) => (presence as unknown as { instance: string }).instance;
const around = (keyId: string) => test.keys.around(GROUP, keyId);
const endpointHash = (keyId: string) => test.redis.hgetall(around(keyId).endpoint);

/** What the group's desktops were told: terminal, event. */
async function announced(): Promise<string[]> {
  const log = await a.statusAfter(GROUP, 0);
  return log.map(({ frame }) => {
    const { terminalId, status } = JSON.parse(frame) as { terminalId: string; status: string };
    return `${terminalId} ${status}`;
  });
}

async function endGraceNow(keyId: string): Promise<void> {
  await test.redis.zadd(around(keyId).grace, 'XX', 1, memberOf(GROUP, keyId));
}

describe('register', () => {
  it('makes a connection the owner of its endpoint', async () => {
    const start = await test.now();
    const { endpoint, epoch, now, hasOpenPayment } = await connect(a, TERMINAL);
    expect(epoch).toBeGreaterThanOrEqual(start);
    expect(now).toBeGreaterThanOrEqual(start);
    expect(hasOpenPayment).toBe(false);
    expect(await endpointHash('t1')).toEqual({
      epoch: String(epoch),
      inst: incarnationOf(a),
      conn: endpoint.connectionId,
      state: 'online',
      dev: 'TERM-001',
    });
    expect(await a.ownership(PARTITION, ['t1', 'other'])).toEqual([
      { epoch, connectionId: endpoint.connectionId },
      undefined,
    ]);
    expect(await a.terminalOfConnection(endpoint.connectionId)).toEqual({ groupId: GROUP, keyId: 't1' });
    const lease = Number(await test.redis.zscore(around('t1').leases, incarnationOf(a)));
    expect(lease).toBeGreaterThanOrEqual(start + 60_000);
  });

  it('keeps a desktop out of the terminals', async () => {
    await connect(a, POS);
    expect(await a.terminals(GROUP)).toEqual([]);
    expect(await test.redis.hgetall(around('pos').desktops)).toEqual({ pos: incarnationOf(a) });
    expect(await announced()).toEqual([]);
  });

  it('displaces an older connection by a hint to its instance', async () => {
    const ear = await HintEar.on(test.keys.channel(PARTITION, incarnationOf(a)));
    const old = await connect(a, TERMINAL);
    const young = await connect(b, TERMINAL);
    expect(young.epoch).toBeGreaterThan(old.epoch);
    expect(await ear.take(test.redis)).toEqual([`displaced\nt1\n${young.epoch}`]);
    expect((await endpointHash('t1'))['inst']).toBe(incarnationOf(b));
    expect(await a.terminalOfConnection(old.endpoint.connectionId)).toBeUndefined();
  });

  it('announces only connected when a terminal displaces its own older connection', async () => {
    await connect(a, POS);
    const old = await connect(a, TERMINAL);
    await connect(b, TERMINAL);
    expect(await a.drop(old.endpoint)).toEqual({ kind: 'stale' });
    expect(await announced()).toEqual(['TERM-001 connected', 'TERM-001 connected']);
  });

  it('hints an update to every instance with a desktop of the group, and to no other', async () => {
    const ear = await HintEar.on(
      test.keys.channel(PARTITION, incarnationOf(a)),
      test.keys.channel(PARTITION, incarnationOf(b)),
    );
    await connect(a, POS);
    await connect(a, till('pos-2'));
    await connect(b, TERMINAL);
    const [update] = await a.statusAfter(GROUP, 0);
    const hint = `status\n${GROUP}\n${update!.sequence}\n${update!.frame}`;
    expect(await ear.take(test.redis)).toEqual([hint]);
    expect(await ear.take(test.redis, test.keys.channel(PARTITION, incarnationOf(b)))).toEqual([]);
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

  it('puts an endpoint with waiting mail where the sweep finds it', async () => {
    await test.redis.hset(test.keys.of(PARTITION, 'mailbox:pos'), 'r:T', '1 {}');
    await connect(a, POS);
    expect(await test.redis.zscore(around('pos').mail, memberOf(GROUP, 'pos'))).not.toBeNull();
  });
});

describe('register to restore', () => {
  it('brings back what was buried, under the same epoch', async () => {
    await connect(a, POS);
    const { endpoint, epoch } = await connect(a, TERMINAL);
    await a.drop(endpoint);
    expect(await a.restore(endpoint, epoch)).toMatchObject({ kind: 'registered', epoch });
    expect((await a.terminals(GROUP)).map(({ state }) => state)).toEqual(['online']);
    expect(await test.redis.zcard(around('t1').grace)).toBe(0);
    expect(await announced()).toEqual(['TERM-001 connected', 'TERM-001 reconnecting', 'TERM-001 connected']);
  });

  it('brings back what an emptied store forgot, without a word', async () => {
    const { endpoint, epoch } = await connect(a, TERMINAL);
    const pos = await connect(a, POS);
    await test.wipe();
    await a.restore(pos.endpoint, pos.epoch);
    expect(await a.restore(endpoint, epoch)).toMatchObject({ kind: 'registered', epoch });
    expect(await a.ownership(PARTITION, ['t1'])).toEqual([{ epoch, connectionId: endpoint.connectionId }]);
    expect(await announced()).toEqual([]);
  });

  it('refuses a connection that a newer one has displaced', async () => {
    const old = await connect(a, TERMINAL);
    const young = await connect(b, TERMINAL);
    const before = await test.dump();
    expect(await a.restore(old.endpoint, old.epoch)).toEqual({ kind: 'displaced' });
    expect(await test.dump()).toEqual(before);
    expect((await endpointHash('t1'))['epoch']).toBe(String(young.epoch));
  });
});

describe('drop', () => {
  it('begins the grace of a terminal with a device id', async () => {
    await connect(a, POS);
    const { endpoint } = await connect(a, TERMINAL);
    const start = await test.now();
    expect(await a.drop(endpoint)).toEqual({ kind: 'reconnecting' });
    expect(Number(await test.redis.zscore(around('t1').grace, memberOf(GROUP, 't1')))).toBeGreaterThanOrEqual(
      start + 60_000,
    );
    expect(await a.terminals(GROUP)).toMatchObject([{ keyId: 't1', state: 'reconnecting', instance: '' }]);
    expect(await a.ownership(PARTITION, ['t1'])).toEqual([undefined]);
    expect(await a.terminalOfConnection(endpoint.connectionId)).toBeUndefined();
    expect(await announced()).toEqual(['TERM-001 connected', 'TERM-001 reconnecting']);
  });

  it('ends a terminal without a device id at once', async () => {
    await connect(a, POS);
    const { endpoint } = await connect(a, NAMELESS);
    expect(await a.drop(endpoint)).toEqual({ kind: 'offline' });
    expect(await a.terminals(GROUP)).toEqual([]);
    const { connectionId } = endpoint;
    expect(await announced()).toEqual([`${connectionId} connected`, `${connectionId} disconnected`]);
  });

  it('takes a desktop off the list of those to be told', async () => {
    const { endpoint } = await connect(a, POS);
    expect(await a.drop(endpoint)).toEqual({ kind: 'offline' });
    await connect(a, TERMINAL);
    expect(await test.redis.hlen(around('pos').desktops)).toBe(0);
    expect(await announced()).toEqual([]);
  });

  it('names the open payment of the terminal', async () => {
    const { endpoint } = await connect(a, TERMINAL);
    await test.redis.hset(around('t1').endpoint, 'tx', 'shop\nT');
    expect(await a.drop(endpoint)).toEqual({ kind: 'reconnecting', openPayment: 'shop\nT' });
  });

  it('changes nothing for a connection that is not the owner', async () => {
    await connect(a, POS);
    const old = await connect(a, TERMINAL);
    await connect(b, TERMINAL);
    const before = await test.dump();
    expect(await a.drop(old.endpoint)).toEqual({ kind: 'stale' });
    expect(await a.drop(connectionOf(device('never-seen')))).toEqual({ kind: 'stale' });
    expect(await test.dump()).toEqual(before);
  });

  it('does not bury for a death of an instance that lives', async () => {
    const { endpoint } = await connect(a, TERMINAL);
    expect(await b.drop(endpoint, incarnationOf(a))).toEqual({ kind: 'stale' });
    await test.redis.zadd(around('t1').leases, 1, incarnationOf(a));
    expect(await b.drop(endpoint, incarnationOf(a))).toEqual({ kind: 'reconnecting' });
  });
});

describe('expire', () => {
  it('does nothing while the grace lasts', async () => {
    const { endpoint } = await connect(a, TERMINAL);
    await a.drop(endpoint);
    const before = await test.dump();
    await b.endGrace(GROUP, 't1');
    expect(await test.dump()).toEqual(before);
  });

  it('gives a terminal up when its grace is over', async () => {
    await connect(a, POS);
    const { endpoint } = await connect(a, TERMINAL);
    await a.drop(endpoint);
    await endGraceNow('t1');
    await b.endGrace(GROUP, 't1');
    expect((await endpointHash('t1'))['state']).toBe('offline');
    expect((await a.terminals(GROUP)).map(({ state }) => state)).toEqual(['offline']);
    expect(await test.redis.zcard(around('t1').grace)).toBe(0);
    expect(await announced()).toEqual([
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
    expect((await announced()).filter((update) => update === 'TERM-001 disconnected')).toHaveLength(1);
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
    await test.redis.zadd(around('t1').leases, 1, incarnationOf(a));
    const listed = await b.terminals(GROUP);
    expect(listed.map(({ keyId, state }) => `${keyId} ${state}`).sort()).toEqual([
      't1 reconnecting',
      't3 online',
    ]);
  });

  it('tells the last activity', async () => {
    const { endpoint } = await connect(a, TERMINAL);
    const { connectedAt } = endpoint;
    expect(await a.terminals(GROUP)).toMatchObject([{ connectedAt, lastActivity: connectedAt }]);
    await a.recordActivity(GROUP, new Map([['t1', connectedAt + 5_000]]));
    expect(await a.terminals(GROUP)).toMatchObject([{ connectedAt, lastActivity: connectedAt + 5_000 }]);
  });

  it('shows nothing of another group', async () => {
    await connect(a, device('foreign', 'TERM-001', 'other'));
    expect(await a.terminals(GROUP)).toEqual([]);
  });
});
