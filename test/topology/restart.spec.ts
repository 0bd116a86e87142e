import { afterEach, beforeEach, expect, it } from 'vitest';
import { CandidLoad, expectTrue, longestGap, tally } from '../support/candid-load.js';
import type { PosClient } from '../support/clients.js';
import { eventually } from '../support/eventually.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../support/fixture.js';
import { keysForLoad } from '../support/load.js';
import { newRequest, startPayment } from '../support/payments.js';
import { Standalone } from '../support/topologies.js';

const PAIRS = 12;
const PLACES = [0, 1, 2];
/** Longer than the lease of an instance, so that all of them have lapsed when the store is back. */
const OUTAGE_MS = 4_000;
/** A refusal must not keep a customer waiting. */
const AT_ONCE_MS = 500;

let redis: Standalone;
let cluster: Cluster;
let load: CandidLoad | undefined;

beforeEach(async () => {
  redis = await Standalone.start();
  cluster = await startCluster({
    instances: PLACES.length,
    store: redis.env,
    keys: [
      ...keysForLoad(PAIRS),
      ...PLACES.map((i) => posKey(`watch${i}`)),
      posKey('idle', 'idle'),
      terminalKey('idle-t', 'IDLE', 'idle'),
    ],
  });
});

afterEach(async () => {
  await load?.stop();
  load = undefined;
  await cluster.close();
  await redis.stop();
});

it('Redis is killed and comes back with its file: payments go on, and no verdict was a lie', async () => {
  load = new CandidLoad(cluster, PAIRS, 'restart');
  await load.start(50);
  await load.progress(5, 10_000);
  await redis.killMaster();
  await redis.restart();
  await load.progress(10, 20_000);
  const stories = await load.finish();
  expectTrue(stories);
  const ends = JSON.stringify(tally(stories));
  expect(
    stories.filter(({ kind }) => kind === 'failed'),
    ends,
  ).toEqual([]);
  // With everysec, Redis puts a write off while an fsync is under way: what was answered meanwhile dies with it.
  const forgotten = stories.filter(({ kind }) => kind === 'forgotten');
  expect(forgotten.length, ends).toBeLessThanOrEqual(PAIRS);
  expect(longestGap(stories), ends).toBeLessThan(5_000);
  expect(load.endings(), 'sockets that the trouble has cost').toEqual([]);
});

it('while the store is away payments are refused at once, truly, and the instances say so', async () => {
  const watchers = await Promise.all(PLACES.map((on) => cluster.pos(`watch${on}`, { on })));
  load = new CandidLoad(cluster, PAIRS, 'outage');
  await load.start(100);
  await load.progress(3, 10_000);
  for (const pos of watchers) {
    await eventually(() => expect(pos.all('terminalStatusUpdate')).toHaveLength(PAIRS));
  }

  await redis.killMaster();
  await outage(watchers);
  await redis.restart();

  await load.progress(5, 20_000);
  const stories = await load.finish();
  expectTrue(stories);
  await Promise.all(
    cluster.instances.map((instance) =>
      eventually(async () => (await fetch(`${instance.url}/health/ready`)).status === 200, {
        timeoutMs: 10_000,
        what: 'readiness',
      }),
    ),
  );
  // No terminal has lost its socket, so no till may hear that one did.
  await Promise.all(watchers.map((pos) => pos.roundTrip()));
  const seen = watchers.map((pos) => pos.all('terminalStatusUpdate').slice(PAIRS));
  expect(seen, 'status updates after the outage').toEqual(PLACES.map(() => []));
  expect(load.endings(), 'sockets that the trouble has cost').toEqual([]);
});

it('a result that came while the store was away is kept by the terminal, and told in the end', async () => {
  const pos = await cluster.pos('idle', { on: 0 });
  const terminal = await cluster.terminal('idle-t', { on: 1, behaviour: 'silent' });
  const transactionId = await startPayment(pos, terminal, 'IDLE');
  await redis.killMaster();
  const response = { action: 'paymentResponse', paymentResponse: { transactionId, status: 'SUCCESS' } };
  expect(await terminal.ask(response)).toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await redis.restart();
  await eventually(() => terminal.ask(response, 'paymentResponseAck', 500), { timeoutMs: 10_000 });
  expect(await pos.result(transactionId)).toMatchObject({ status: 'SUCCESS' });
  expect(terminal.ledger.timesSeen(transactionId)).toBe(1);
});

it('a payment that the terminal has is not called safe to repeat with another id while the store is away', async () => {
  const pos = await cluster.pos('idle', { on: 0 });
  const terminal = await cluster.terminal('idle-t', { on: 1, behaviour: 'silent' });
  const paymentRequest = newRequest();
  pos.pay('IDLE', paymentRequest);
  await terminal.next('payment');
  await redis.killMaster();
  const refusal = await pos.ask({ action: 'payment', terminalId: 'IDLE', paymentRequest });
  expect(refusal).toMatchObject({ code: 'STORE_UNAVAILABLE', retrySafe: false });
});

/** Pays in vain for as long as the outage lasts, and asks the instances how they are. */
async function outage(tills: PosClient[]): Promise<void> {
  const end = Date.now() + OUTAGE_MS;
  while (Date.now() < end) {
    for (const [i, pos] of tills.entries()) {
      const begin = Date.now();
      const paymentRequest = newRequest();
      const refusal = await pos.ask({ action: 'payment', terminalId: 'TERM-0', paymentRequest });
      expect(refusal).toMatchObject({
        code: 'STORE_UNAVAILABLE',
        transactionId: paymentRequest.transactionId,
        retrySafe: true,
      });
      expect(Date.now() - begin).toBeLessThan(AT_ONCE_MS);
      const { url } = cluster.instances[i]!;
      const ready = await fetch(`${url}/health/ready`);
      expect(ready.status).toBe(503);
      expect(((await ready.json()) as { failing: string[] }).failing).toContain('store');
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
    }
  }
}
