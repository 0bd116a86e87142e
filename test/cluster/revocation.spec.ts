import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { request } from '../support/expected.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../support/fixture.js';
import { runProgram } from '../support/programs.js';

const INSTANCES = [0, 1, 2];
const KEYS = [posKey('calm'), posKey('stolen'), terminalKey('t1', 'TERM-001'), terminalKey('t2', 'TERM-002')];

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ instances: INSTANCES.length, keys: KEYS });
});
afterAll(() => cluster.close());

it('a disabled key loses its socket and its waiting calls on every instance, and nobody else does', async () => {
  const calm = await cluster.pos('calm', { on: 1 });
  const terminal = await cluster.terminal('t1', { on: 0, behaviour: 'silent' });
  const stolen = await cluster.pos('stolen', { on: 2 });
  const payment = request();
  const path = `/v1/transactions/${payment.transactionId}?wait=60`;
  stolen.pay('TERM-001', payment);
  await terminal.next('payment');
  const waits = INSTANCES.map((on) => cluster.api('stolen', { on }).get(path));
  const others = INSTANCES.map((on) => cluster.api('calm', { on }).get(path));
  await eventually(async () => {
    const [key] = await cluster.redis.keys(`${cluster.prefix}:*:tx:shop:${payment.transactionId}`);
    const watchers = (await cluster.redis.hget(key!, 'watchers')) ?? '';
    expect(watchers.split('\n').filter(Boolean)).toHaveLength(INSTANCES.length);
  });

  const program = [process.execPath, 'dist/commands/keys.js', 'disable', 'stolen'] as const;
  await runProgram(program, { ...cluster.env });
  expect((await stolen.closed).code).toBe(4003);
  const refusals = await Promise.all(waits);
  expect(refusals.map(({ status, body }) => [status, body['code']])).toEqual(
    INSTANCES.map(() => [401, 'UNAUTHORIZED']),
  );
  expect((await cluster.api('stolen', { on: 1 }).get(path)).status).toBe(401);

  expect(calm.isOpen).toBe(true);
  terminal.respond(payment.transactionId, 'SUCCESS');
  for (const other of others) expect((await other).body['status']).toBe('COMPLETED');
});
