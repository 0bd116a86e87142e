import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { posKey, startCluster, terminalKey, type Cluster } from '../support/fixture.js';
import type { PosClient, TerminalClient } from '../support/clients.js';

const PLACES = [0, 1, 2];
/** Every pair of different instances: of the till, of the terminal. */
const DIRECTIONS = PLACES.flatMap((from) =>
  PLACES.filter((to) => to !== from).map((to) => [from, to] as const),
);
const PAYMENTS = 20;

const request = (transactionId: string) => ({
  transactionId,
  amount: '12.50',
  currency: 'PHP',
  paymentMethod: 'CARD',
});

let cluster: Cluster;
const tills: PosClient[] = [];
const terminals: TerminalClient[] = [];
let foreignTill: PosClient;
let foreignTerminal: TerminalClient;

beforeAll(async () => {
  cluster = await startCluster({
    instances: 3,
    keys: [
      ...PLACES.flatMap((i) => [posKey(`pos${i}`), terminalKey(`t${i}`, `TERM-${i}`)]),
      posKey('foreign-pos', 'other'),
      // The same device id as a terminal of the first group.
      terminalKey('foreign-t', 'TERM-0', 'other'),
    ],
  });
  foreignTill = await cluster.pos('foreign-pos', { on: 0 });
  for (const on of PLACES) tills.push(await cluster.pos(`pos${on}`, { on }));
  for (const on of PLACES) terminals.push(await cluster.terminal(`t${on}`, { on }));
  foreignTerminal = await cluster.terminal('foreign-t', { on: 1 });
});

afterAll(() => cluster.close());

describe('a payment', () => {
  it.each(DIRECTIONS)('completes from instance %i to instance %i', async (from, to) => {
    const pos = tills[from]!;
    const { ledger } = terminals[to]!;
    for (let i = 0; i < PAYMENTS; i++) {
      const id = `${from}-${to}-${i}`;
      pos.pay(`TERM-${to}`, request(id));
      const result = await pos.result(id);
      expect(result).toMatchObject({
        status: 'SUCCESS',
        terminalId: `TERM-${to}`,
        paymentResponse: { amount: '12.50', authorizationCode: 'A-1' },
      });
      expect(ledger.timesSeen(id)).toBe(1);
    }
  });

  it('runs in all directions at once', async () => {
    await Promise.all(
      PLACES.map(async (from) => {
        const to = (from + 1) % 3;
        for (let i = 0; i < PAYMENTS; i++) {
          const id = `round-${from}-${i}`;
          tills[from]!.pay(`TERM-${to}`, request(id));
          expect(await tills[from]!.result(id)).toMatchObject({ status: 'SUCCESS' });
          expect(terminals[to]!.ledger.timesSeen(id)).toBe(1);
        }
      }),
    );
  });

  it('reaches the terminal of its own group only', async () => {
    foreignTill.pay('TERM-0', request('foreign'));
    expect(await foreignTill.result('foreign')).toMatchObject({ status: 'SUCCESS', groupId: 'other' });
    expect(foreignTerminal.ledger.timesSeen('foreign')).toBe(1);
    expect(terminals[0]!.ledger.timesSeen('foreign')).toBe(0);
  });

  it('has its result on the till that asked only', async () => {
    tills[0]!.pay('TERM-1', request('mine'));
    await tills[0]!.result('mine');
    await Promise.all([...tills, foreignTill].map((pos) => pos.roundTrip()));
    const others = [tills[1]!, tills[2]!, foreignTill];
    for (const pos of others) expect(pos.frames.filter((f) => f.transactionId === 'mine')).toEqual([]);
  });

  it('asked for by three tills on three instances is run once, and all get the result', async () => {
    terminals[2]!.behaviour = 'silent';
    tills.forEach((pos) => pos.pay('TERM-2', request('shared')));
    await terminals[2]!.next('payment');
    await Promise.all(tills.map((pos) => pos.roundTrip()));
    terminals[2]!.respond('shared', 'SUCCESS');
    const results = await Promise.all(tills.map((pos) => pos.result('shared')));
    expect(new Set(results.map(({ eventId }) => eventId as string)).size).toBe(1);
    expect(terminals[2]!.ledger.timesSeen('shared')).toBe(1);
    terminals[2]!.behaviour = 'approve';
  });

  it('of one terminal at a time, whichever instance asks', async () => {
    terminals[2]!.behaviour = 'silent';
    tills[0]!.pay('TERM-2', request('first'));
    await terminals[2]!.next((f) => f.transactionId === 'first');
    for (const pos of [tills[0]!, tills[1]!]) {
      const refusal = await pos.ask({
        action: 'payment',
        terminalId: 'TERM-2',
        paymentRequest: request('second'),
      });
      expect(refusal).toMatchObject({ code: 'PAYMENT_IN_PROGRESS', retrySafe: true });
    }
    terminals[2]!.respond('first', 'SUCCESS');
    await tills[0]!.result('first');
    terminals[2]!.behaviour = 'approve';
  });
});

describe('what a group is told', () => {
  it('stays in the group', async () => {
    await cluster.terminal('foreign-t', { on: 2 });
    await foreignTill.next((f) => f.action === 'terminalStatusUpdate');
    await Promise.all(tills.map((pos) => pos.roundTrip()));
    for (const pos of tills) {
      expect(pos.frames.filter((f) => f.groupId !== undefined && f.groupId !== 'shop')).toEqual([]);
    }
    expect(foreignTill.frames.filter((f) => f.groupId === 'shop')).toEqual([]);
  });

  it('is a list of its own terminals, the same on every instance', async () => {
    const lists = await Promise.all(tills.map((pos) => pos.terminals()));
    for (const list of lists) {
      expect(list.map(({ terminalId, status }) => [terminalId, status])).toEqual(
        PLACES.map((i) => [`TERM-${i}`, 'online']),
      );
    }
    expect(await foreignTill.terminals()).toHaveLength(1);
  });
});
