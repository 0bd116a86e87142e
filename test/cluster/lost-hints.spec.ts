import { afterEach, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startCluster, type Cluster } from '../support/fixture.js';
import { keysForLoad, Load } from '../support/load.js';

const PAIRS = 50;
const PAYMENTS_EACH = 40;
const KILL_EVERY_MS = 200;
const KILL_FOR_MS = 10_000;

let cluster: Cluster | undefined;
let load: Load | undefined;

afterEach(async () => {
  await load?.stop();
  await cluster?.close();
});

/** Ends the subscriber connections of all instances of this cluster. @returns how many there were */
async function killSubscribers({ redis, prefix }: Cluster): Promise<number> {
  const clients = String(await redis.client('LIST')).split('\n');
  const ids = clients.flatMap((text) => {
    const [, id = '', name = ''] = /^id=(\d+) .* name=(\S*)/.exec(text) ?? [];
    return name.startsWith(`${prefix}:`) && name.endsWith(':subscriber') ? [id] : [];
  });
  await Promise.all(ids.map((id) => redis.client('KILL', 'ID', id)));
  return ids.length;
}

it(
  '2,000 payments while every subscription is killed every 200 ms: none lost, none twice',
  { timeout: 90_000 },
  async () => {
    cluster = await startCluster({ instances: 3, keys: keysForLoad(PAIRS) });
    load = new Load(cluster, PAIRS);
    await eventually(() => [...load!.tills, ...load!.terminals].every(({ isConnected }) => isConnected));

    let killed = 0;
    let running = true;
    const start = Date.now();
    const killer = setInterval(() => {
      const isOver = Date.now() - start > KILL_FOR_MS;
      if (isOver) clearInterval(killer);
      else if (running) void killSubscribers(cluster!).then((count) => (killed += count));
    }, KILL_EVERY_MS);
    // So that the load lasts as long as the killing.
    await load.run(PAYMENTS_EACH, KILL_FOR_MS / PAYMENTS_EACH);
    running = false;
    clearInterval(killer);

    expect(killed).toBeGreaterThan(3 * 20);
    expect(load.outcomes()).toHaveLength(PAIRS * PAYMENTS_EACH);
    load.expectSound();
    expect(load.outcomes().filter(({ first }) => first.status !== 'SUCCESS')).toEqual([]);
    const endings = [...load.tills, ...load.terminals].flatMap((client) => client.endings);
    expect(endings, 'sockets that the trouble has cost').toEqual([]);
  },
);
