// Stores that ask for a password and for TLS, as every production store does.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { failedStart } from '../support/failed-start.js';
import { posKey, startCluster, terminalKey } from '../support/fixture.js';
import { newRequest } from '../support/payments.js';
import { StoreLock } from '../support/store-lock.js';
import { SentinelTrio, SlotCluster, type Topology } from '../support/topologies.js';

/** Groups that lie on all three masters of the Cluster. */
const GROUPS = ['shop', 'mall', 'kiosk', 'fair', 'cafe', 'museum'];
const TOPOLOGIES: [name: string, start: (lock: StoreLock) => Promise<Topology>][] = [
  ['Redis Sentinel', (lock) => SentinelTrio.start(lock)],
  ['Redis Cluster', (lock) => SlotCluster.start(lock)],
];

describe.each(TOPOLOGIES)('on %s with a password and TLS', (_, start) => {
  let lock: StoreLock;
  let topology: Topology;

  beforeAll(async () => {
    lock = new StoreLock();
    topology = await start(lock);
  });

  afterAll(async () => {
    await topology?.stop();
    lock?.remove();
  });

  it('payments cross the instances in both directions', async () => {
    const cluster = await startCluster({
      instances: 2,
      store: topology.env,
      keys: GROUPS.flatMap((group) => [
        posKey(`pos-${group}`, group),
        terminalKey(`t-${group}`, 'TERM', group),
      ]),
    });
    onTestFinished(() => cluster.close());
    for (const [i, group] of GROUPS.entries()) {
      const pos = await cluster.pos(`pos-${group}`, { on: i % 2 });
      await cluster.terminal(`t-${group}`, { on: (i + 1) % 2 });
      const request = newRequest();
      pos.pay('TERM', request);
      expect(await pos.result(request.transactionId)).toMatchObject({ status: 'SUCCESS', groupId: group });
    }
    expect(cluster.logs()).not.toContain(lock.password);
  });

  it.each(['REDIS_PASSWORD', 'REDIS_SENTINEL_PASSWORD', 'REDIS_TLS'])(
    'an instance that has %s wrong does not start, and tells no password',
    async (name) => {
      if (topology.env[name] === undefined) return;
      const wrong = name === 'REDIS_TLS' ? 'off' : 'wrong-sesame';
      const said = await failedStart({ ...topology.env, [name]: wrong });
      expect(said).toContain('Redis cannot be reached');
      expect(said).not.toContain('sesame');
    },
  );
});
