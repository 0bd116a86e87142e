import { afterEach, beforeEach, expect, it } from 'vitest';
import { CandidLoad, expectTrue, longestGap, tally } from '../support/candid-load.js';
import { startCluster, type Cluster } from '../support/fixture.js';
import { keysForLoad } from '../support/load.js';
import { SlotCluster } from '../support/topologies.js';

const PAIRS = 12;
/** The group of `keysForLoad`. */
const GROUP = 'shop';

let slots: SlotCluster;
let cluster: Cluster;
let load: CandidLoad | undefined;

beforeEach(async () => {
  slots = await SlotCluster.start();
  cluster = await startCluster({ instances: 3, store: slots.env, keys: keysForLoad(PAIRS) });
});

afterEach(async () => {
  await load?.stop();
  await cluster.close();
  await slots.stop();
});

it('the slot of a group moves to another master while it pays: none lost, none twice', async () => {
  load = new CandidLoad(cluster, PAIRS, 'move');
  await load.start(50);
  await load.progress(10, 10_000);
  const before = await slots.masterOf(GROUP);
  const { keys } = await slots.migrateSlotOf(GROUP);
  expect(await slots.masterOf(GROUP)).not.toBe(before);
  // At least a record for each payment so far.
  expect(keys).toBeGreaterThanOrEqual(PAIRS * 10);
  await load.progress(10, 20_000);
  const stories = await load.finish();
  expectTrue(stories);
  const ends = JSON.stringify(tally(stories));
  expect(
    stories.filter(({ kind }) => kind === 'forgotten' || kind === 'failed'),
    ends,
  ).toEqual([]);
  expect(longestGap(stories), ends).toBeLessThan(5_000);
  expect(load.endings(), 'sockets that the move has cost').toEqual([]);
});
