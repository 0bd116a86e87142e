import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PosClient, TerminalClient } from '../../support/clients.js';
import { refused } from '../../support/clients.js';
import { eventually } from '../../support/eventually.js';
import { OPAQUE, request, TIME } from '../../support/expected.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import { runProgram } from '../../support/programs.js';
import { Opcode, RawSocket } from '../../support/raw-socket.js';

const KEYS = [
  posKey('pos'),
  posKey('watch'),
  posKey('revoked'),
  terminalKey('t1', 'TERM-001'),
  terminalKey('revoked-terminal', 'TERM-002'),
];
const PLACES = [
  ['on the same instance', 0],
  ['on another instance', 1],
] as const;

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ instances: 2, keys: KEYS, env: { GRACE_PERIOD_MS: '300' } });
});
afterAll(() => cluster.close());

const forced = (reason: string) => ({ action: 'forceDisconnect', reason, message: OPAQUE, timestamp: TIME });

describe.each(PLACES)('a second connection of a key, %s', (_where, on) => {
  it('displaces the first, which is told why', async () => {
    const first = await cluster.pos('pos', { on: 0 });
    const second = await cluster.pos('pos', { on });
    expect((await first.closed).code).toBe(4001);
    expect(first.frames.at(-1)).toEqual(forced('NEW_CONNECTION'));
    await second.roundTrip();
    expect(second.all('forceDisconnect')).toEqual([]);
  });

  it('of a terminal shows as connected and nothing else, and gets the payments from then on', async () => {
    const watch = await cluster.pos('watch', { on: 1 });
    const first = await cluster.terminal('t1', { on: 0, behaviour: 'silent' });
    const { connectionId } = await statusUpdate(watch);
    const second = await cluster.terminal('t1', { on });
    expect((await first.closed).code).toBe(4001);
    const update = await statusUpdate(watch);
    expect(update.status).toBe('connected');
    expect(update.connectionId).not.toBe(connectionId);

    const paymentRequest = request();
    watch.pay('TERM-001', paymentRequest);
    expect((await watch.result(paymentRequest.transactionId)).status).toBe('SUCCESS');
    expect([first.ledger.entries.length, second.ledger.entries.length]).toEqual([0, 1]);
    const list = await watch.terminals();
    expect(list.map((terminal) => terminal.connectionId as string)).toEqual([update.connectionId]);
    expect(watch.all('terminalStatusUpdate').map(({ status }) => status as string)).toEqual([
      'connected',
      'connected',
    ]);
    await second.close();
    await watch.next(({ status }) => status === 'disconnected');
    await watch.close();
  });

  it('of a terminal may answer what the first was given', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const first = await cluster.terminal('t1', { on: 0, behaviour: 'silent' });
    const paymentRequest = request();
    const { transactionId } = paymentRequest;
    pos.pay('TERM-001', paymentRequest);
    await first.next('payment');
    const second = await cluster.terminal('t1', { on });
    await first.closed;
    second.respond(transactionId, 'SUCCESS');
    await second.next('paymentResponseAck');
    expect((await pos.result(transactionId)).status).toBe('SUCCESS');
    expect(second.ledger.entries).toEqual([]);
    await second.close();
  });
});

describe.each(PLACES)(
  'a connection that was opened later, %s, while the first one is there',
  (_where, on) => {
    it('displaces nobody before its peer has shown that it lives', async () => {
      const live = await cluster.pos('pos', { on: 0 });
      const attempt = await rawSocket(on);
      await asked(attempt);
      const before = left(on);
      attempt.tcp.destroy();
      await eventually(() => left(on) > before, { what: 'the instance sees it go' });
      await live.roundTrip();
      expect(live.all('forceDisconnect')).toEqual([]);
      await live.close();
    });

    it.each([
      ['answers a ping', Opcode.pong, ''],
      ['sends a frame', Opcode.text, '{"action":"ping"}'],
    ])('displaces it when its peer %s', async (_how, opcode, payload) => {
      const first = await cluster.pos('pos', { on: 0 });
      const second = await rawSocket(on);
      await asked(second);
      second.send({ opcode, payload });
      expect((await first.closed).code).toBe(4001);
      await served(second);
    });

    it('is served when more frames of it wait than are read', async () => {
      const first = await cluster.pos('pos', { on: 0 });
      const second = await rawSocket(on);
      second.send(
        ...Array.from({ length: 40 }, () => ({ opcode: Opcode.text, payload: '{"action":"ping"}' })),
      );
      expect((await first.closed).code).toBe(4001);
      await eventually(() => pongs(second) === 40, { what: 'every frame is answered' });
      await served(second);
    });
  },
);

describe('many connections of one key at once', () => {
  it('end with one', async () => {
    const clients = await Promise.all(
      Array.from({ length: 12 }, (_, i) => cluster.pos('pos', { on: i % 2 }).catch(() => undefined)),
    );
    // One that was displaced before its first pong never counted as connected.
    const all = clients.filter((client): client is PosClient => client !== undefined);
    const open = () => all.filter((client) => client.isOpen);
    // The word that a newer one is there may reach an instance after that one was told that it is in.
    await eventually(() => open().length <= 1, { what: 'the others are displaced' });
    const codes = await Promise.all(all.filter((client) => !client.isOpen).map(({ closed }) => closed));
    expect(codes.filter(({ code }) => code !== 4001)).toEqual([]);
    expect(open()).toHaveLength(1);
    await open()[0]!.roundTrip();
  });
});

describe('a disabled key', () => {
  it('loses its connections wherever they are, is told why and gets in no more', async () => {
    const pos = await cluster.pos('revoked', { on: 0 });
    const terminal = await cluster.terminal('revoked-terminal', { on: 1 });
    const watch = await cluster.pos('watch', { on: 0 });
    for (const id of ['revoked', 'revoked-terminal']) await disable(id);
    await Promise.all([pos, terminal].map((client) => expectRevoked(client)));
    expect((await refused(cluster.url(0), cluster.key('revoked'))).status).toBe(401);
    expect((await refused(cluster.url(1), cluster.key('revoked-terminal'))).status).toBe(401);
    await watch.roundTrip();
    expect(watch.isOpen).toBe(true);
  });
});

async function expectRevoked(client: PosClient | TerminalClient): Promise<void> {
  expect((await client.closed).code).toBe(4003);
  expect(client.frames.at(-1)).toEqual(forced('API_KEY_REVOKED'));
}

async function disable(keyId: string): Promise<void> {
  await runProgram([process.execPath, 'dist/commands/keys.js', 'disable', keyId], { ...cluster.env });
}

/** A further connection of the till's key that answers nothing by itself. */
async function rawSocket(on: number): Promise<RawSocket> {
  return (await RawSocket.open(cluster.url(on), cluster.key('pos'))).read();
}

/** It is asked for a sign of life. */
function asked(socket: RawSocket): Promise<unknown> {
  const isPing = ({ opcode }: { opcode: number }) => opcode === Opcode.ping;
  return eventually(() => socket.frames().some(isPing), { what: 'a ping' });
}

/** It is registered: its frames are answered. Ends it then. */
async function served(socket: RawSocket): Promise<void> {
  const before = pongs(socket);
  socket.send({ opcode: Opcode.text, payload: '{"action":"ping"}' });
  await eventually(() => pongs(socket) > before, { what: 'an answer' });
  socket.tcp.destroy();
}

/** How many connections an instance has seen going. */
function left(on: number): number {
  return cluster.instances[on]!.output().split('"msg":"disconnected"').length - 1;
}

function pongs(socket: RawSocket): number {
  return socket.frames().filter(({ payload }) => payload.includes('"action":"pong"')).length;
}

function statusUpdate(client: PosClient) {
  return client.next('terminalStatusUpdate');
}
