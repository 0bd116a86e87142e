import { afterEach, beforeEach, expect, it } from 'vitest';
import { CandidLoad, expectTrue, tally } from '../support/candid-load.js';
import { startCluster, type Cluster } from '../support/fixture.js';
import { keysForLoad } from '../support/load.js';
import { Standalone } from '../support/topologies.js';

const PAIRS = 12;
const FLUSH_EVERY_MS = 100;
const FLUSHES = 30;

let redis: Standalone;
let cluster: Cluster;
let load: CandidLoad | undefined;

beforeEach(async () => {
  redis = await Standalone.start();
  cluster = await startCluster({ instances: 3, store: redis.env, keys: keysForLoad(PAIRS) });
});

afterEach(async () => {
  await load?.stop();
  await cluster.close();
  await redis.stop();
});

it('every script is forgotten again and again: no payment fails, and no till is told of it', async () => {
  load = new CandidLoad(cluster, PAIRS, 'flush');
  await load.start(20);
  await flushRepeatedly();
  const stories = await load.finish();
  expectTrue(stories);
  expect(tally(stories)).toEqual({ completed: stories.length });
  expect(stories.length).toBeGreaterThan(PAIRS * FLUSHES);
  expect(cluster.logs()).not.toMatch(/"level":(50|60)|NOSCRIPT/);
});

async function flushRepeatedly(): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let count = 0;
    const timer = setInterval(() => {
      redis.client.script('FLUSH').catch(reject);
      if (++count < FLUSHES) return;
      clearInterval(timer);
      resolve();
    }, FLUSH_EVERY_MS);
  });
}
