import { afterEach, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../support/fixture.js';

const PLACES = [0, 1, 2];

let cluster: Cluster | undefined;

afterEach(() => cluster?.close());

/** Everything that the instances have stored is gone, as when a Redis without a disk was restarted. */
async function emptyStore({ redis, prefix }: Cluster): Promise<void> {
  await redis.unlink(...(await redis.keys(`${prefix}:*`)));
}

it('an emptied store is filled again by those who are connected, and payments go on', async () => {
  cluster = await startCluster({
    instances: 3,
    keys: PLACES.flatMap((i) => [posKey(`pos${i}`), terminalKey(`t${i}`, `TERM-${i}`)]),
  });
  const { pos, terminal } = {
    pos: (on: number) => cluster!.pos(`pos${on}`, { on }),
    terminal: (on: number) => cluster!.terminal(`t${on}`, { on }),
  };
  const tills = await Promise.all(PLACES.map(pos));
  const terminals = await Promise.all(PLACES.map(terminal));
  await emptyStore(cluster);

  await eventually(
    async () => {
      const lists = await Promise.all(tills.map((till) => till.terminals()));
      for (const list of lists) {
        expect(list.map(({ status }) => status as string)).toEqual(PLACES.map(() => 'online'));
      }
    },
    { timeoutMs: 8_000, what: 'all terminals' },
  );
  expect([...tills, ...terminals].filter(({ isOpen }) => !isOpen)).toEqual([]);
  for (const from of PLACES) {
    const to = (from + 1) % 3;
    const id = `after-${from}`;
    tills[from]!.pay(`TERM-${to}`, {
      transactionId: id,
      amount: '1.00',
      currency: 'PHP',
      paymentMethod: 'CARD',
    });
    expect(await tills[from]!.result(id)).toMatchObject({ status: 'SUCCESS' });
    expect(terminals[to]!.ledger.timesSeen(id)).toBe(1);
  }
  // A newer connection still displaces the older one, though the store had forgotten its epoch.
  const young = await pos(0);
  expect(await tills[0]!.closed).toMatchObject({ code: 4001 });
  expect(young.isOpen).toBe(true);
});
