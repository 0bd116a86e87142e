import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { adminKey, posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import { LiveStream } from '../../support/live-stream.js';
import { Operator } from '../../support/operator.js';
import { newRequest, startPayment } from '../../support/payments.js';

const STEP_MS = 10_000;

let cluster: Cluster;
let alice: Operator;

beforeAll(async () => {
  cluster = await startCluster({
    instances: 0,
    // A terminal that reads nothing must not be taken for dead while the test looks at its mail.
    env: { TRUSTED_PROXIES: '127.0.0.1', HEARTBEAT_TIMEOUT_MS: '30000' },
    keys: [adminKey('alice'), posKey('pos'), terminalKey('t1', 'TERM-001'), terminalKey('t2', 'TERM-002')],
  });
  await cluster.add({ INSTANCE_ID: 'first' });
  await cluster.add({ INSTANCE_ID: 'second' });
  alice = await Operator.of(cluster, 'alice');
});
afterAll(() => cluster.close());

async function watch(): Promise<LiveStream> {
  const live = await LiveStream.open(alice);
  await live.complete();
  return live;
}

const instance = (live: LiveStream, id: string) => live.health.instances.find((card: any) => card.id === id);

describe('health', () => {
  it('tells how every instance is', async () => {
    const live = await watch();
    const pos = await cluster.pos('pos', { on: 1 });
    const terminal = await cluster.terminal('t1', { on: 1 });
    await eventually(() => expect(instance(live, 'second')).toMatchObject({ tills: 1, terminals: 1 }), {
      timeoutMs: 8_000,
    });
    expect(live.health.instances.map(({ id }: any) => id)).toEqual(['first', 'second']);
    const first = instance(live, 'first');
    expect(first).toEqual({
      id: 'first',
      version: expect.stringMatching(/^\d+\.\d+/),
      startedAt: expect.any(Number),
      seenAt: expect.any(Number),
      isAlive: true,
      isDraining: false,
      tills: 0,
      terminals: 0,
      probeAgeMs: expect.any(Number),
      sweepAgeMs: expect.any(Number),
      loopDelayMs: expect.any(Number),
      rssBytes: expect.any(Number),
    });
    expect(live.health.now - first.seenAt).toBeLessThan(5_000);
    expect(first.seenAt).toBeGreaterThan(first.startedAt);
    expect(first.probeAgeMs).toBeLessThan(5_000);
    expect(first.sweepAgeMs).toBeLessThan(5_000);
    expect(first.rssBytes).toBeGreaterThan(10_000_000);
    pos.drop();
    terminal.drop();
  });

  it('tells how the store is', async () => {
    const { store } = (await watch()).health;
    expect(store).toEqual({
      kind: 'standalone',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      pingMs: expect.any(Number),
      usedMemoryBytes: expect.any(Number),
      commandsPerSecond: expect.any(Number),
      isPersistent: expect.any(Boolean),
    });
    expect(store.usedMemoryBytes).toBeGreaterThan(100_000);
    expect(store.commandsPerSecond).toBeGreaterThan(0);
  });

  it('tells what waits', async () => {
    const live = await watch();
    expect(live.health).toMatchObject({
      openPayments: 0,
      mailbox: { waiting: expect.any(Number), oldestMs: expect.any(Number) },
      sweepLagMs: expect.any(Number),
    });
    const pos = await cluster.pos('pos');
    const terminal = await cluster.terminal('t1', { behaviour: 'silent' });
    const id = await startPayment(pos, terminal, 'TERM-001');
    await eventually(() => expect(live.health.openPayments).toBe(1));
    terminal.respond(id, 'SUCCESS');
    await eventually(() => expect(live.health.openPayments).toBe(0));
    // A terminal that reads nothing: mail for it waits.
    terminal.socket.pause();
    pos.pay('TERM-001', newRequest());
    await eventually(() => expect(live.health.mailbox.waiting).toBeGreaterThan(0));
    await eventually(() => expect(live.health.mailbox.oldestMs).toBeGreaterThan(0), { timeoutMs: 8_000 });
    terminal.socket.resume();
    pos.drop();
    terminal.drop();
  });

  it('shows an instance that was killed as dead, and one that has stopped no more', async () => {
    const live = await watch();
    const mortal = await cluster.add({ INSTANCE_ID: 'mortal' });
    const leaving = await cluster.add({ INSTANCE_ID: 'leaving' });
    await eventually(() => expect(instance(live, 'mortal')?.isAlive).toBe(true));
    await eventually(() => expect(instance(live, 'leaving')?.isAlive).toBe(true));
    mortal.kill();
    await leaving.stop();
    await eventually(() => expect(instance(live, 'leaving')).toBeUndefined(), { timeoutMs: 8_000 });
    await eventually(() => expect(instance(live, 'mortal')).toMatchObject({ isAlive: false }), {
      timeoutMs: 10_000,
    });
  });
});

describe('the last hour', () => {
  it(
    'tells payments by outcome and how long they took, of all instances together',
    { timeout: 60_000 },
    async () => {
      const pos = await cluster.pos('pos', { on: 0 });
      const terminals = [
        await cluster.terminal('t1', { on: 0 }),
        await cluster.terminal('t2', { on: 1, behaviour: 'decline' }),
      ];
      // All of them within one step, so that what is asked for is in one sample, or in two.
      for (const terminalId of ['TERM-001', 'TERM-002', 'TERM-001', 'TERM-002', 'TERM-001']) {
        const request = newRequest();
        pos.pay(terminalId, request);
        await pos.result(request.transactionId);
      }
      const read = async () => (await alice.get('/health/history')).body as any;
      const history = await eventually(
        async () => {
          const told = await read();
          const sum = (name: string) => told.samples.reduce((total: number, s: any) => total + s[name], 0);
          expect(sum('approved')).toBeGreaterThanOrEqual(4);
          expect(sum('declined')).toBe(2);
          expect(told.samples.some((s: any) => s.tills === 1 && s.terminals === 2)).toBe(true);
          return told;
        },
        { timeoutMs: 3 * STEP_MS },
      );
      expect(history.stepMs).toBe(STEP_MS);
      const times = history.samples.map(({ at }: any) => at as number);
      expect(times.every((at: number) => at % STEP_MS === 0)).toBe(true);
      expect(new Set(times).size).toBe(times.length);
      expect(times).toEqual([...times].sort((a: number, b: number) => a - b));
      const busy = history.samples.find(({ declined }: any) => declined > 0);
      expect(busy.p50Ms).toBeGreaterThan(0);
      expect(busy.p99Ms).toBeGreaterThanOrEqual(busy.p50Ms);
      expect(busy.p99Ms).toBeLessThan(10_000);
      [pos, ...terminals].forEach((client) => client.drop());
    },
  );
});
