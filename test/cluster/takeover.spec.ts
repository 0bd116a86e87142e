import { afterAll, beforeAll, expect, it } from 'vitest';
import { PosClient, TerminalClient, type Client } from '../support/clients.js';
import { eventually } from '../support/eventually.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../support/fixture.js';

const INSTANCES = ['one', 'two', 'three'];
const TILLS = Array.from({ length: 30 }, (_, i) => `pos${i}`);
const TERMINALS = Array.from({ length: 30 }, (_, i) => `t${i}`);
/** Every third terminal is known by its connection alone. */
const hasDeviceId = (i: number) => i % 3 !== 0;
const deviceIdOf = (i: number) => `TERM-${i}`;

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({
    instances: 0,
    keys: [
      ...TILLS.map((id) => posKey(id)),
      ...TERMINALS.map((id, i) => terminalKey(id, hasDeviceId(i) ? deviceIdOf(i) : undefined)),
      posKey('witness'),
    ],
  });
  await Promise.all(INSTANCES.map((INSTANCE_ID) => cluster.add({ INSTANCE_ID })));
});

afterAll(() => cluster.close());

/** One connection of a key, and where it was made. */
interface Attempt {
  keyId: string;
  instance: string;
  client: Client;
}

async function attempt(keyId: string, on: number): Promise<Attempt> {
  const kind = keyId.startsWith('pos') ? PosClient : TerminalClient;
  // Where it is in the list of instances is the order in which they got ready.
  const client = cluster.track(await kind.connect(cluster.url(on), cluster.key(keyId)));
  return { keyId, instance: await instanceAt(on), client };
}

/** The name under which the instance at this place writes its log. */
async function instanceAt(on: number): Promise<string> {
  return /"instance":"(\w+)"/.exec(cluster.instances[on]!.output())![1]!;
}

/** What the store says of every endpoint: instance and connection, by key id. */
async function registry(): Promise<Map<string, { instance: string; connectionId: string }>> {
  const { redis, prefix } = cluster;
  const [owned = ''] = await redis.keys(`${prefix}:*:owned`);
  const rows = Object.entries(await redis.hgetall(owned));
  return new Map(
    rows.map(([keyId, text]) => {
      const [, incarnation = '', details = ''] = /^\d+ (\S+) (.*)$/.exec(text)!;
      const { connectionId } = JSON.parse(details) as { connectionId: string };
      return [keyId, { instance: incarnation.slice(0, incarnation.indexOf('~')), connectionId }];
    }),
  );
}

it('180 simultaneous connects of 60 keys leave one socket per key, and a registry that agrees', async () => {
  const witness = await cluster.pos('witness');
  const keys = [...TILLS, ...TERMINALS];
  const attempts = await Promise.all(keys.flatMap((keyId) => [0, 1, 2].map((on) => attempt(keyId, on))));

  const isEnding = ({ client }: Attempt) => client.frames.some(({ action }) => action === 'forceDisconnect');
  await eventually(() => expect(attempts.filter(({ client }) => !client.isOpen)).toHaveLength(120), {
    timeoutMs: 15_000,
    what: 'the end of all displaced connections',
  });
  const survivors = new Map(attempts.filter(({ client }) => client.isOpen).map((a) => [a.keyId, a]));
  expect([...survivors.keys()].sort()).toEqual([...keys].sort());
  for (const { client } of attempts.filter((a) => !a.client.isOpen)) {
    expect(client.all('forceDisconnect')).toMatchObject([{ reason: 'NEW_CONNECTION' }]);
    expect(await client.closed).toMatchObject({ code: 4001 });
  }

  await Promise.all([...survivors.values()].map(({ client }) => client.roundTrip()));
  expect([...survivors.values()].filter(isEnding)).toEqual([]);
  const stored = await registry();
  for (const { keyId, instance } of survivors.values()) {
    expect(stored.get(keyId), keyId).toMatchObject({ instance });
  }
  await expectSameList(witness, stored);
  await expectPayments(survivors);
  await witness.close();
});

/** The list shows every terminal once, online, under the connection that the store knows. */
async function expectSameList(pos: PosClient, stored: Awaited<ReturnType<typeof registry>>): Promise<void> {
  const list = await pos.terminals();
  expect(list.map(({ status }) => status as string)).toEqual(TERMINALS.map(() => 'online'));
  expect(list.map(({ connectionId }) => connectionId as string).sort()).toEqual(
    TERMINALS.map((keyId) => stored.get(keyId)!.connectionId).sort(),
  );
}

/** Each surviving till pays at a surviving terminal: both sockets are those that the gateway means. */
async function expectPayments(survivors: ReadonlyMap<string, Attempt>): Promise<void> {
  const stored = await registry();
  await Promise.all(
    TILLS.map(async (tillId, i) => {
      const pos = survivors.get(tillId)!.client as PosClient;
      const terminal = survivors.get(TERMINALS[i]!)!.client as TerminalClient;
      const terminalId = hasDeviceId(i) ? deviceIdOf(i) : stored.get(TERMINALS[i]!)!.connectionId;
      const transactionId = `after-${i}`;
      pos.pay(terminalId, { transactionId, amount: '1.00', currency: 'PHP', paymentMethod: 'CARD' });
      expect(await pos.result(transactionId)).toMatchObject({ status: 'SUCCESS', terminalId });
      expect(terminal.ledger.timesSeen(transactionId)).toBe(1);
    }),
  );
}
