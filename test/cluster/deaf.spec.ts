import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../support/fixture.js';
import { RedisLine } from '../support/redis-line.js';

const request = (transactionId: string) => ({
  transactionId,
  amount: '1.00',
  currency: 'PHP',
  paymentMethod: 'CARD',
});

let line: RedisLine;
let cluster: Cluster;

beforeEach(async () => {
  line = await RedisLine.to(inject('redisUrl'));
  cluster = await startCluster({
    instances: 2,
    keys: [posKey('pos'), terminalKey('t1', 'TERM-001')],
    env: { REDIS_URL: line.url },
  });
});

afterEach(async () => {
  await cluster.close();
  await line.close();
});

async function readiness(on: number): Promise<{ status: number; failing: string[] | undefined }> {
  const response = await fetch(`${cluster.instances[on]!.url}/health/ready`);
  const { failing } = (await response.json()) as { failing?: string[] };
  return { status: response.status, failing };
}

async function untilReadiness(expected: object): Promise<void> {
  await eventually(
    async () => {
      for (const on of [0, 1]) expect(await readiness(on)).toEqual(expected);
    },
    { timeoutMs: 20_000, what: 'the readiness of both instances' },
  );
}

it('an instance that hears no hints says so, loses no payment, and hears again', async () => {
  const pos = await cluster.pos('pos', { on: 0 });
  const terminal = await cluster.terminal('t1', { on: 1 });
  await untilReadiness({ status: 200, failing: undefined });
  line.deafen('subscriber');

  for (const id of ['deaf-1', 'deaf-2']) {
    pos.pay('TERM-001', request(id));
    expect(await pos.result(id)).toMatchObject({ status: 'SUCCESS' });
    expect(terminal.ledger.timesSeen(id)).toBe(1);
    expect(line.swallowed).toBeGreaterThan(0);
  }
  await untilReadiness({ status: 503, failing: ['subscription'] });

  line.heal();
  await untilReadiness({ status: 200, failing: undefined });
  expect([pos.isOpen, terminal.isOpen]).toEqual([true, true]);
  pos.pay('TERM-001', request('healed'));
  expect(await pos.result('healed')).toMatchObject({ status: 'SUCCESS' });
  for (const id of ['deaf-1', 'deaf-2', 'healed']) {
    expect(pos.frames.filter((f) => f.action === 'paymentComplete' && f.transactionId === id)).toHaveLength(
      1,
    );
  }
});
