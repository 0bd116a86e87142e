import { afterEach, expect, inject, it } from 'vitest';
import type { PosClient } from '../support/clients.js';
import { eventually } from '../support/eventually.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../support/fixture.js';
import { RedisLine } from '../support/redis-line.js';

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

let cluster: Cluster | undefined;
let line: RedisLine | undefined;

afterEach(async () => {
  await cluster?.close();
  await line?.close();
  cluster = line = undefined;
});

/** What a desktop was told, each update as its text. */
const told = (pos: PosClient) => pos.all('terminalStatusUpdate').map((frame) => pos.textOf(frame));

/** Resolves when a desktop was told that the terminal is connected, as the last it was told of it. */
async function untilConnected(pos: PosClient, terminalId: string): Promise<void> {
  const what = `news of ${terminalId}`;
  await eventually(
    () =>
      pos.all('terminalStatusUpdate').findLast((f) => f.terminalId === terminalId)?.status === 'connected',
    { what },
  );
}

it('reach every desktop on every instance once and in order', async () => {
  const tills = names('pos', 6);
  const devices = names('t', 8);
  cluster = await startCluster({
    instances: 3,
    keys: [
      ...tills.map((id) => posKey(id)),
      ...devices.map((id) => terminalKey(id, `TERM-${id}`)),
      terminalKey('last', 'TERM-last'),
    ],
  });
  const { pos, terminal } = placed(cluster);
  const desktops = await Promise.all(tills.map((id, i) => pos(id, i % 3)));
  // Each terminal comes, goes and moves on to the next instance, all of them at once.
  await Promise.all(
    devices.map(async (id, i) => {
      for (let round = 0; round < 6; round++) (await terminal(id, (i + round) % 3)).drop();
      await terminal(id, i % 3);
    }),
  );
  await terminal('last', 2);
  await Promise.all(desktops.map((desktop) => untilConnected(desktop, 'TERM-last')));
  const [first, ...others] = desktops.map(told);
  expect(first!.length).toBeGreaterThanOrEqual(devices.length * 7);
  for (const other of others) expect(other).toEqual(first);
  expect(new Set(first).size).toBe(first!.length);
});

it('reach a desktop that comes meanwhile from its registration on, without a gap', async () => {
  const tills = names('pos', 40);
  const devices = names('t', 6);
  cluster = await startCluster({
    instances: 2,
    keys: [
      posKey('observer'),
      ...tills.map((id) => posKey(id)),
      ...devices.map((id) => terminalKey(id, `TERM-${id}`)),
      terminalKey('last', 'TERM-last'),
    ],
  });
  const { pos, terminal } = placed(cluster);
  const observer = await pos('observer', 0);
  let comeAndGo = true;
  const moving = devices.map(async (id) => {
    while (comeAndGo) (await terminal(id, 1)).drop();
  });
  const desktops = await Promise.all(tills.map((id) => pos(id, 0)));
  comeAndGo = false;
  await Promise.all(moving);
  await terminal('last', 1);
  await Promise.all([observer, ...desktops].map((desktop) => untilConnected(desktop, 'TERM-last')));
  const all = told(observer);
  for (const desktop of desktops) {
    const own = told(desktop);
    expect(own).toEqual(all.slice(all.length - own.length));
  }
});

it('reach a desktop whose registration was answered late', async () => {
  line = await RedisLine.to(inject('redisUrl'));
  cluster = await startCluster({
    instances: 0,
    keys: [posKey('observer'), posKey('pos'), ...names('t', 5).map((id) => terminalKey(id, `TERM-${id}`))],
  });
  await cluster.add({ REDIS_URL: line.url });
  await cluster.add();
  const { pos, terminal } = placed(cluster);
  const observer = await pos('observer', 0);
  await terminal('t4', 1);
  await untilConnected(observer, 'TERM-t4');
  line.delay('commands', 300);
  const arriving = pos('pos', 0);
  // While the store has the registration and the instance does not know it yet, terminals come.
  const { desktops } = await registeredDesktops(2);
  expect(desktops).toBe(2);
  for (const id of names('t', 3)) await terminal(id, 1);
  const late = await arriving;
  line.heal();
  await terminal('t3', 1);
  await Promise.all([observer, late].map((desktop) => untilConnected(desktop, 'TERM-t3')));
  expect(told(late)).toEqual(told(observer).slice(1));
});

/** Waits until the store knows that many desktops. */
async function registeredDesktops(count: number): Promise<{ desktops: number }> {
  const { redis, prefix } = cluster!;
  const [name = ''] = await redis.keys(`${prefix}:*:desktops:shop`);
  return eventually(async () => {
    const desktops = await redis.hlen(name);
    if (desktops < count) throw new Error(`${desktops} desktops are registered`);
    return { desktops };
  });
}

function placed(of: Cluster) {
  return {
    pos: (id: string, on: number) => of.pos(id, { on }),
    terminal: (id: string, on: number) => of.terminal(id, { on }),
  };
}
