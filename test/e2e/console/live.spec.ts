import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { adminKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import { LiveStream } from '../../support/live-stream.js';
import { Operator } from '../../support/operator.js';

const MANY = 10_000;
const GROUPS = 40;
/** Longer than the pause between two looks. */
const QUIET_MS = 2_000;

let cluster: Cluster;
afterEach(() => cluster.close());

async function start(keys = [terminalKey('t1', 'TERM-001')]): Promise<Operator> {
  cluster = await startCluster({
    env: { TRUSTED_PROXIES: '127.0.0.1', INSTANCE_ID: 'only' },
    keys: [adminKey('alice'), adminKey('bob'), ...keys],
  });
  return Operator.of(cluster, 'alice');
}

describe('a stream', () => {
  it('ends when its session does', async () => {
    const alice = await start();
    const live = await LiveStream.open(alice);
    await live.complete();
    await alice.delete('/session');
    await eventually(() => live.endedAt !== undefined, { timeoutMs: 8_000, what: 'the end of the stream' });
  });

  it('ends when the admin key is disabled', async () => {
    const alice = await start();
    const live = await LiveStream.open(alice);
    await live.complete();
    const bob = await Operator.of(cluster, 'bob');
    expect((await bob.post('/keys/alice/disable')).status).toBe(200);
    await eventually(() => live.endedAt !== undefined, { timeoutMs: 8_000, what: 'the end of the stream' });
  });

  it('ends when its instance drains, which it does not hold up', async () => {
    const live = await LiveStream.open(await start());
    await live.complete();
    expect(await cluster.instances[0]!.stop()).toBe(0);
    await eventually(() => live.endedAt !== undefined);
    expect(cluster.logs()).not.toContain('stop failed');
  });

  it('is kept alive while nothing happens', async () => {
    const live = await LiveStream.open(await start());
    await live.complete();
    await eventually(() => live.comments > 0, { timeoutMs: 15_000, what: 'a comment' });
  });

  it('is for so many pages and no more', async () => {
    const alice = await start();
    const streams = await Promise.all(Array.from({ length: 32 }, () => LiveStream.open(alice)));
    await Promise.all(streams.map((live) => live.complete()));
    const { status, body } = await alice.get('/live');
    expect([status, body['code']]).toEqual([503, 'TOO_MANY_VIEWERS']);
    streams[0]!.response.destroy();
    await eventually(async () => {
      const live = await LiveStream.open(alice);
      expect(live.status).toBe(200);
    });
  });

  it('asks the store nothing when nobody watches any more', async () => {
    const live = await LiveStream.open(await start());
    await live.complete();
    const floor = async () =>
      Number(
        /^cmdstat_zrevrangebyscore:calls=(\d+)/m.exec(await cluster.redis.info('commandstats'))?.[1] ?? 0,
      );
    const before = await floor();
    await eventually(async () => expect(await floor()).toBeGreaterThan(before));
    live.response.destroy();
    let last = -1;
    let since = Date.now();
    await eventually(
      async () => {
        const now = await floor();
        if (now !== last) since = Date.now();
        last = now;
        return Date.now() - since > QUIET_MS;
      },
      { timeoutMs: 15_000, what: 'silence' },
    );
  });
});

describe(`${MANY} terminals`, () => {
  const groupOf = (i: number) => `group-${i % GROUPS}`;

  it('are told in parts, then only what changes, to every page', { timeout: 120_000 }, async () => {
    const alice = await start(
      Array.from({ length: MANY }, (_, i) => terminalKey(`k${i}`, `DEV-${i}`, groupOf(i))),
    );
    const live = await LiveStream.open(alice);
    await live.complete();
    expect(live.floor.size).toBe(MANY);
    expect(Math.max(...live.floorEvents)).toBeLessThanOrEqual(500);
    const second = await LiveStream.open(alice);
    await second.complete();
    expect(second.floor.size).toBe(MANY);

    const terminals = await Promise.all(Array.from({ length: 20 }, (_, i) => cluster.terminal(`k${i}`)));
    const conditions = (stream: LiveStream) =>
      Array.from({ length: 20 }, (_, i) => stream.terminal(`k${i}`, groupOf(i)).condition as string);
    const events = live.floorEvents.length;
    for (const stream of [live, second]) {
      await eventually(() => expect(new Set(conditions(stream))).toEqual(new Set(['online'])));
    }
    const told = live.floorEvents.slice(events).reduce((sum, rows) => sum + rows, 0);
    expect(told, 'rows told for 20 changes').toBeLessThan(100);
    terminals.forEach((terminal) => terminal.drop());
    await eventually(() => expect(new Set(conditions(second))).toEqual(new Set(['reconnecting'])), {
      timeoutMs: 5_000,
    });
  });
});
