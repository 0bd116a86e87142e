import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PosClient, TerminalClient } from '../support/clients.js';
import { eventually } from '../support/eventually.js';
import { adminKey, posKey, startCluster, terminalKey, type Cluster } from '../support/fixture.js';
import { LiveStream } from '../support/live-stream.js';
import { keysForLoad, Load } from '../support/load.js';
import { Operator } from '../support/operator.js';
import { newRequest, startPayment } from '../support/payments.js';
import { SentinelTrio, SlotCluster, Standalone, type Topology } from '../support/topologies.js';

const PLACES = [0, 1, 2];
/** Every pair of different instances: of the till, of the terminal. */
const DIRECTIONS = PLACES.flatMap((from) => PLACES.filter((to) => to !== from).map((to) => ({ from, to })));
/** Groups that lie on all three masters of the Cluster. */
const GROUPS = ['shop', 'mall', 'kiosk', 'fair', 'cafe', 'museum'];
const PAIRS = 50;

const TOPOLOGIES: [name: string, kind: string, start: () => Promise<Topology>][] = [
  ['a standalone Redis', 'standalone', () => Standalone.start()],
  ['Redis Sentinel', 'sentinel', () => SentinelTrio.start()],
  ['Redis Cluster', 'cluster', () => SlotCluster.start()],
];

describe.each(TOPOLOGIES)('on %s', (_name, kind, start) => {
  let topology: Topology;
  let cluster: Cluster;

  beforeAll(async () => {
    topology = await start();
    cluster = await startCluster({
      instances: PLACES.length,
      store: topology.env,
      env: {
        TRUSTED_PROXIES: '127.0.0.1',
        RATE_LIMIT_REQUESTS_PER_MINUTE: '12',
        RATE_LIMIT_CONNECTS_PER_MINUTE: '100000',
      },
      keys: [
        ...GROUPS.flatMap((group) => [
          posKey(`pos-${group}`, group),
          terminalKey(`t-${group}`, 'TERM', group),
        ]),
        ...PLACES.map((i) => posKey(`watch${i}`, 'watched')),
        terminalKey('watched', 'WATCHED', 'watched'),
        adminKey('operator'),
        ...keysForLoad(PAIRS),
      ],
    });
  });

  afterAll(async () => {
    await cluster?.close();
    await topology?.stop();
  });

  it('the groups of the next test lie on every master', async () => {
    const store = topology;
    if (!(store instanceof SlotCluster)) return;
    const masters = await Promise.all(GROUPS.map((group) => store.masterOf(group)));
    expect(new Set(masters).size).toBe(3);
  });

  it('payments cross the instances in every direction, each in a group of its own', async () => {
    await Promise.all(
      DIRECTIONS.map(async ({ from, to }, i) => {
        const group = GROUPS[i]!;
        const pos = await cluster.pos(`pos-${group}`, { on: from });
        const { ledger } = await cluster.terminal(`t-${group}`, { on: to });
        for (let n = 0; n < 10; n++) {
          const request = newRequest();
          pos.pay('TERM', request);
          expect(await pos.result(request.transactionId)).toMatchObject({
            status: 'SUCCESS',
            groupId: group,
          });
          expect(ledger.timesSeen(request.transactionId)).toBe(1);
        }
      }),
    );
  });

  it('calls over HTTP wait on one instance for a result on another', async () => {
    await Promise.all(
      DIRECTIONS.map(async ({ from, to }, i) => {
        const group = GROUPS[i]!;
        const { ledger } = await cluster.terminal(`t-${group}`, { on: to });
        const request = newRequest();
        const api = cluster.api(`pos-${group}`, { on: from });
        const { status, body } = await api.post('/v1/terminals/TERM/payments', request);
        expect([status, body['status']]).toEqual([200, 'SUCCESS']);
        expect(ledger.timesSeen(request.transactionId)).toBe(1);
        const found = await api.get(`/v1/transactions/${request.transactionId}`);
        expect(found.body).toMatchObject({ status: 'COMPLETED' });
      }),
    );
  });

  it('calls over HTTP are counted over all instances', async () => {
    const statuses = [];
    for (let i = 0; i < 15; i++) {
      statuses.push((await cluster.api('watch0', { on: i % 3 }).get('/v1/terminals')).status);
    }
    expect(statuses).toEqual([...Array<number>(12).fill(200), 429, 429, 429]);
  });

  it('tills on every instance are told of terminals that come, go and move', async () => {
    const tills = await Promise.all(PLACES.map((on) => cluster.pos(`watch${on}`, { on })));
    const first = await cluster.terminal('watched', { on: 0 });
    const second = await cluster.terminal('watched', { on: 1 });
    expect(await first.closed).toMatchObject({ code: 4001 });
    second.drop();
    for (const pos of tills) await untilTold(pos, ['connected', 'connected', 'reconnecting']);
    await cluster.terminal('watched', { on: 2 });
    for (const pos of tills) {
      await untilTold(pos, ['connected', 'connected', 'reconnecting', 'connected']);
      expect((await pos.terminals()).map(({ status }) => status as string)).toEqual(['online']);
    }
  });

  it('a second connection on another instance takes over, and gets the payments', async () => {
    const pos = await cluster.pos('watch2', { on: 2 });
    const [older, newer] = [
      await cluster.terminal('watched', { on: 0 }),
      await cluster.terminal('watched', { on: 1 }),
    ] as [TerminalClient, TerminalClient];
    expect(await older.closed).toMatchObject({ code: 4001 });
    const id = await startPayment(pos, newer, 'WATCHED');
    expect(await pos.result(id)).toMatchObject({ status: 'SUCCESS' });
    expect([older, newer].map(({ ledger }) => ledger.timesSeen(id))).toEqual([0, 1]);
  });

  it('a till that was away gets the result on another instance', async () => {
    const terminal = await cluster.terminal('watched', { on: 0, behaviour: 'silent' });
    const away = await cluster.pos('watch1', { on: 1 });
    const id = await startPayment(away, terminal, 'WATCHED');
    away.drop();
    await terminal.ask(
      { action: 'paymentResponse', paymentResponse: { transactionId: id, status: 'SUCCESS' } },
      'paymentResponseAck',
    );
    const back = await cluster.pos('watch1', { on: 2 });
    expect(await back.result(id)).toMatchObject({ status: 'SUCCESS', recovered: true });
    expect(terminal.ledger.timesSeen(id)).toBe(1);
  });

  it('the console shows the terminals and payments of all groups, and how the store is', async () => {
    const operator = await Operator.of(cluster, 'operator', { on: 1 });
    const live = await LiveStream.open(operator);
    await live.complete();
    expect(live.health.store).toMatchObject({ kind });
    expect(live.health.store.usedMemoryBytes).toBeGreaterThan(0);
    expect(live.health.instances).toHaveLength(PLACES.length);
    const made = await Promise.all(
      GROUPS.map(async (group, i) => {
        const pos = await cluster.pos(`pos-${group}`, { on: i % 3 });
        await cluster.terminal(`t-${group}`, { on: (i + 1) % 3 });
        const request = newRequest();
        pos.pay('TERM', request);
        await pos.result(request.transactionId);
        return { group, id: request.transactionId };
      }),
    );
    for (const { group, id } of made) {
      await eventually(() => expect(live.payment(id, group)).toMatchObject({ status: 'COMPLETED' }));
      expect(live.terminal(`t-${group}`, group)).toMatchObject({ condition: 'online' });
    }
    const page = (await operator.get('/payments?limit=200')).body as any;
    const listed = page.payments.map(({ transactionId }: any) => transactionId as string);
    expect(listed).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
    const { group, id } = made[0]!;
    expect((await operator.get(`/payments?transaction=${id}`)).body).toMatchObject({
      payments: [{ groupId: group, transactionId: id }],
    });
  });

  it('a burst of 200 payments to terminals on other instances: none lost, none twice', async () => {
    const load = new Load(cluster, PAIRS, 'burst');
    await untilConnected(load);
    await load.run(4, 0);
    await load.stop();
    expect(load.outcomes()).toHaveLength(200);
    load.expectSound();
    expect(load.outcomes().filter(({ first }) => first.status !== 'SUCCESS')).toEqual([]);
  });

  it('an instance is killed in mid-run: none of 200 payments is lost, none handed over twice', async () => {
    const load = new Load(cluster, PAIRS, 'kill');
    await untilConnected(load);
    const run = load.run(4, 400);
    await eventually(() => load.done >= PAIRS);
    cluster.instances[0]!.kill('SIGKILL');
    await run;
    await load.stop();
    expect(load.outcomes()).toHaveLength(200);
    load.expectSound();
    // Terminals come back at once and say what they did: nothing had to be given up.
    expect(load.outcomes().filter(({ first }) => first.status !== 'SUCCESS')).toEqual([]);
  });
});

async function untilConnected(load: Load): Promise<void> {
  await eventually(() => [...load.tills, ...load.terminals].every(({ isConnected }) => isConnected));
}

async function untilTold(pos: PosClient, statuses: string[]): Promise<void> {
  await eventually(() => {
    expect(pos.all('terminalStatusUpdate').map(({ status }) => status as string)).toEqual(statuses);
  });
}
