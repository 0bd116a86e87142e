import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PosClient } from '../support/clients.js';
import { eventually } from '../support/eventually.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../support/fixture.js';

const LEASE_MS = 1_500;
const GRACE_MS = 1_500;
/** Beats come twice a second at least; the rest is for slow machines. */
const SLACK_MS = 3_000;

let cluster: Cluster;
let witnesses: PosClient[];

beforeEach(async () => {
  cluster = await startCluster({
    instances: 0,
    keys: [
      posKey('pos1'),
      posKey('pos2'),
      posKey('pos3'),
      terminalKey('stays', 'STAYS'),
      terminalKey('moves', 'MOVES'),
      terminalKey('nameless'),
    ],
    env: {
      INSTANCE_LEASE_MS: String(LEASE_MS),
      GRACE_PERIOD_MS: String(GRACE_MS),
      // Longer than any pause here, so that it is not the heartbeat that decides.
      HEARTBEAT_TIMEOUT_MS: '30000',
    },
  });
  // The first one is the one that dies.
  await cluster.add({ INSTANCE_ID: 'mortal' });
  await Promise.all([cluster.add(), cluster.add()]);
  witnesses = [await cluster.pos('pos1', { on: 1 }), await cluster.pos('pos2', { on: 2 })];
});

afterEach(() => cluster.close());

/** When the lease of a dead instance ends, ms. What it had sent before it died may still renew it. */
async function leaseEnd(instanceId: string): Promise<number> {
  const { redis, prefix } = cluster;
  await eventually(async () => !String(await redis.client('LIST')).includes(`name=${prefix}:${instanceId}:`));
  const [owned = ''] = await redis.keys(`${prefix}:*:owned`);
  const flat = await redis.zrange(owned.replace(/owned$/, 'leases'), 0, '-1', 'WITHSCORES');
  const mine = flat.findIndex((name) => name.startsWith(`${instanceId}~`));
  return Number(flat[mine + 1]);
}

/** What a desktop was told of a terminal, in order. */
const eventsOf = (pos: PosClient, terminalId: string) =>
  pos
    .all('terminalStatusUpdate')
    .filter((frame) => frame.terminalId === terminalId)
    .map(({ status }) => status as string);

/** What the list shows, by terminal id. */
async function shown(pos: PosClient): Promise<Record<string, string>> {
  const list = await pos.terminals();
  return Object.fromEntries(list.map(({ terminalId, status }) => [terminalId, status])) as Record<
    string,
    string
  >;
}

/** Three terminals on the mortal instance. @returns the id of the one that has only its connection */
async function populate(): Promise<string> {
  await cluster.terminal('stays', { on: 0 });
  await cluster.terminal('moves', { on: 0 });
  await cluster.terminal('nameless', { on: 0 });
  // On a machine that is too busy its short lease may end for a moment, and the list leaves it out.
  const nameless = await eventually(async () => {
    const ids = Object.keys(await shown(witnesses[0]!));
    return ids.find((id) => !['STAYS', 'MOVES'].includes(id)) ?? Promise.reject(new Error('not listed'));
  });
  for (const pos of witnesses) {
    await eventually(() => expect(eventsOf(pos, nameless)).toEqual(['connected']));
  }
  return nameless;
}

interface Observation {
  /** When the list was asked for, ms. */
  at: number;
  list: Record<string, string>;
}

/** Asks for the list again and again until it shows what is wanted. @returns everything it ever showed */
async function observe(
  pos: PosClient,
  wanted: (list: Observation['list']) => boolean,
): Promise<Observation[]> {
  const seen: Observation[] = [];
  await eventually(
    async () => {
      seen.push({ at: Date.now(), list: await shown(pos) });
      return wanted(seen.at(-1)!.list);
    },
    { timeoutMs: LEASE_MS + GRACE_MS + SLACK_MS, what: 'the list that is wanted' },
  );
  return seen;
}

describe('an instance that is killed', () => {
  it('leaves no ghost: its terminals are reconnecting from the end of its lease, then disconnected', async () => {
    const nameless = await populate();
    cluster.instances[0]!.kill('SIGKILL');
    const end = await leaseEnd('mortal');
    await cluster.terminal('moves', { on: 1 });
    const stories = await Promise.all(
      witnesses.map((pos) => observe(pos, (list) => list['STAYS'] === undefined)),
    );
    for (const story of stories) {
      const after = story.filter(({ at }) => at > end);
      expect(after[0]!.list).toEqual({ MOVES: 'online', STAYS: 'reconnecting' });
      expect(after.filter(({ list }) => list['STAYS'] === 'online' || nameless in list)).toEqual([]);
      expect(story.filter(({ list }) => list['MOVES'] !== 'online')).toEqual([]);
    }
    await cluster.terminal('stays', { on: 2 });
    for (const pos of witnesses) {
      await eventually(() => expect(eventsOf(pos, 'STAYS').at(-1)).toBe('connected'));
      expect(eventsOf(pos, 'STAYS')).toEqual(['connected', 'reconnecting', 'disconnected', 'connected']);
      expect(eventsOf(pos, nameless)).toEqual(['connected', 'disconnected']);
      expect(eventsOf(pos, 'MOVES')).toEqual(['connected', 'connected']);
    }
  });

  it('leaves no ghost when it starts again under its old name', async () => {
    const nameless = await populate();
    cluster.instances[0]!.kill('SIGKILL');
    await cluster.instances[0]!.exited;
    const end = await leaseEnd('mortal');
    await cluster.add({ INSTANCE_ID: 'mortal' });
    await cluster.terminal('moves', { on: 3 });
    const story = await observe(witnesses[0]!, (list) => list['STAYS'] === undefined);
    const after = story.filter(({ at }) => at > end);
    expect(after.filter(({ list }) => list['STAYS'] === 'online' || nameless in list)).toEqual([]);
    for (const pos of witnesses) {
      await eventually(() => expect(eventsOf(pos, 'STAYS').at(-1)).toBe('disconnected'));
      expect(eventsOf(pos, 'STAYS')).toEqual(['connected', 'reconnecting', 'disconnected']);
      expect(eventsOf(pos, nameless)).toEqual(['connected', 'disconnected']);
    }
    expect(await shown(witnesses[1]!)).toEqual({ MOVES: 'online' });
  });
});

describe('an instance that was frozen beyond its lease', () => {
  it('has every socket either registered again or closed, and none that is neither', async () => {
    const stays = await cluster.terminal('stays', { on: 0 });
    const movesOld = await cluster.terminal('moves', { on: 0 });
    const frozenPos = await cluster.pos('pos3', { on: 0 });
    cluster.instances[0]!.pause();
    await observe(witnesses[0]!, (list) => list['STAYS'] === 'reconnecting');
    const refusal = await witnesses[0]!.ask({
      action: 'payment',
      terminalId: 'STAYS',
      paymentRequest: request('while-frozen'),
    });
    expect(refusal).toMatchObject({ code: 'TERMINAL_OFFLINE', retrySafe: true });
    const movesNew = await cluster.terminal('moves', { on: 1 });
    cluster.instances[0]!.resume();

    expect(await movesOld.closed).toMatchObject({ code: 4001 });
    await observe(witnesses[1]!, (list) => list['STAYS'] === 'online');
    expect([stays.isOpen, frozenPos.isOpen, movesNew.isOpen]).toEqual([true, true, true]);
    // What is shown as online is also reached, and the till that slept is told the result.
    for (const [terminalId, { ledger }] of [
      ['STAYS', stays],
      ['MOVES', movesNew],
    ] as const) {
      frozenPos.pay(terminalId, request(`to-${terminalId}`));
      expect(await frozenPos.result(`to-${terminalId}`)).toMatchObject({ status: 'SUCCESS' });
      expect(ledger.timesSeen(`to-${terminalId}`)).toBe(1);
    }
    for (const pos of witnesses) expect(eventsOf(pos, 'MOVES').at(-1)).toBe('connected');
  });

  it('ends sockets that were silent for too long, and their terminals come back', async () => {
    const short = await cluster.add({ HEARTBEAT_INTERVAL_MS: '500', HEARTBEAT_TIMEOUT_MS: '1500' });
    const stays = await cluster.terminal('stays', { on: 3 });
    short.pause();
    await observe(witnesses[0]!, (list) => list['STAYS'] === undefined);
    short.resume();
    await stays.closed;
    await cluster.terminal('stays', { on: 3 });
    expect(await shown(witnesses[0]!)).toEqual({ STAYS: 'online' });
    expect(eventsOf(witnesses[0]!, 'STAYS').at(-1)).toBe('connected');
  });
});

const request = (transactionId: string) => ({
  transactionId,
  amount: '1.00',
  currency: 'PHP',
  paymentMethod: 'CARD',
});
