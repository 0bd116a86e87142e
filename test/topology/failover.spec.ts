import { afterEach, beforeEach, expect, it } from 'vitest';
import { CandidLoad, expectTrue, longestGap, tally } from '../support/candid-load.js';
import { eventually } from '../support/eventually.js';
import { startCluster, type Cluster } from '../support/fixture.js';
import { keysForLoad } from '../support/load.js';
import { SentinelTrio } from '../support/topologies.js';

const PAIRS = 12;
/** The failover takes 2 s to 3 s, and up to 10 s more if the other replica is slow to follow the new master. */
const LONGEST_GAP_MS = 15_000;

let trio: SentinelTrio;
let cluster: Cluster;
let load: CandidLoad | undefined;

beforeEach(async () => {
  trio = await SentinelTrio.start();
  cluster = await startCluster({ instances: 3, store: trio.env, keys: keysForLoad(PAIRS) });
});

afterEach(async () => {
  await load?.stop();
  await cluster.close();
  await trio.stop();
});

it('the master is killed: a replica takes over, payments go on, and nobody was told a lie', async () => {
  const paying = (load = new CandidLoad(cluster, PAIRS, 'failover'));
  await paying.start(50);
  await paying.progress(5, 10_000);
  const killed = await trio.killMaster();
  await paying.progress(10, 20_000);
  expect((await trio.master()).port).not.toBe(killed.port);
  // None may be left behind: a client that has given up looking for the master would never come back.
  await Promise.all(cluster.instances.map((instance) => instance.untilReady()));
  await expectHonest(paying);
});

/** Ends the load and holds what tills were told against what terminals got and what the new master knows. */
async function expectHonest(paying: CandidLoad): Promise<void> {
  const stories = await paying.finish();
  expectTrue(stories);
  const ends = JSON.stringify(tally(stories));
  // A write that no replica had when the master died is gone. Each till had at most one payment under way.
  expect(stories.filter(({ kind }) => kind === 'forgotten').length, ends).toBeLessThanOrEqual(PAIRS);
  // One that could not be handed over in time has failed before it began.
  const failed = stories.filter(({ kind, retrySafe }) => kind === 'failed' && !retrySafe);
  expect(failed, ends).toEqual([]);
  // What was refused without certainty comes to an end that can be asked for, unless the store never had it.
  for (const story of stories.filter(({ kind, retrySafe }) => kind === 'refused' && !retrySafe)) {
    await eventually(async () => {
      expect([undefined, 'COMPLETED', 'FAILED']).toContain(await paying.look(story));
    });
  }
  expect(longestGap(stories), ends).toBeLessThan(LONGEST_GAP_MS);
  expect(paying.endings(), 'sockets that the trouble has cost').toEqual([]);
}
