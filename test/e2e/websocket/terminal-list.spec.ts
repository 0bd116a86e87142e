import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Frame, PosClient, TerminalClient } from '../../support/clients.js';
import { eventually } from '../../support/eventually.js';
import { OPAQUE, TIME } from '../../support/expected.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';

const KEYS = [
  posKey('pos'),
  posKey('pos-2'),
  posKey('cafe-pos', 'cafe'),
  posKey('empty-pos', 'empty'),
  terminalKey('counter', 'TERM-001', 'shop', { model: 'P400', floor: 2 }),
  terminalKey('nameless'),
  terminalKey('store-room', 'TERM-009', 'shop', { model: 'spare' }),
  terminalKey('leaving', 'TERM-002'),
  // The same device id as in the other group, which is none of its business.
  terminalKey('cafe-terminal', 'TERM-001', 'cafe'),
];

let cluster: Cluster;
let pos: PosClient;
let counter: TerminalClient;
let nameless: TerminalClient;

beforeAll(async () => {
  cluster = await startCluster({ instances: 2, keys: KEYS, env: { GRACE_PERIOD_MS: '1000' } });
  pos = await cluster.pos('pos');
  counter = await cluster.terminal('counter', { on: 0 });
  nameless = await cluster.terminal('nameless', { on: 1 });
  await cluster.terminal('cafe-terminal', { on: 1 });
});
afterAll(() => cluster.close());

describe('getTerminals', () => {
  it('answers with exactly the published fields, for a device and for a nameless terminal', async () => {
    const answer = await pos.ask({ action: 'getTerminals' }, 'terminalsResponse');
    expect(answer).toEqual({
      action: 'terminalsResponse',
      terminals: expect.any(Array) as unknown[],
      count: 2,
      timestamp: TIME,
    });
    const live = { connectionId: OPAQUE, connectedAt: TIME, lastActivity: TIME, status: 'online' };
    const metadata = { model: 'P400', floor: 2 };
    const device = { ...live, terminalId: 'TERM-001', deviceId: 'TERM-001', metadata };
    expect(answer.terminals).toContainEqual(device);
    const other = namelessOf(answer.terminals as Frame[]);
    expect(other).toEqual({ ...live, terminalId: other.connectionId as string, metadata: {} });
  });

  it('gives every instance the same list', async () => {
    const elsewhere = await cluster.pos('pos-2', { on: 1 });
    const ids = async (client: PosClient) =>
      (await client.terminals()).map(({ connectionId }) => connectionId);
    expect(await ids(elsewhere)).toEqual(await ids(pos));
  });

  it('shows a group only its own terminals', async () => {
    const cafe = await cluster.pos('cafe-pos', { on: 0 });
    const list = await cafe.terminals({ includeOffline: true });
    expect(list).toHaveLength(1);
    expect(await pos.terminals()).not.toContainEqual(list[0]);
    expect(await (await cluster.pos('empty-pos')).terminals()).toEqual([]);
  });

  it('lists configured devices that are away only on request, and without what is not known', async () => {
    const list = await pos.terminals({ includeOffline: true });
    const away = list.find(({ terminalId }) => terminalId === 'TERM-009');
    const metadata = { model: 'spare' };
    expect(away).toEqual({ terminalId: 'TERM-009', deviceId: 'TERM-009', status: 'offline', metadata });
    expect((await pos.terminals({ includeOffline: false })).map(statusOf)).toEqual(['online', 'online']);
    expect((await pos.terminals({ unknown: true })).map(statusOf)).toEqual(['online', 'online']);
  });

  it('refuses an includeOffline that is no boolean', async () => {
    const error = await pos.ask({ action: 'getTerminals', includeOffline: 'yes' });
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', requestAction: 'getTerminals' });
    expect(error.details).toEqual([{ field: 'includeOffline', message: expect.any(String) as string }]);
  });

  it('counts any frame as activity, wherever the asker is', async () => {
    const before = await activityOf(pos, 'TERM-001');
    await eventually(() => Date.now() > Date.parse(before) + 5);
    await counter.roundTrip();
    const elsewhere = await cluster.pos('pos-2', { on: 1 });
    await eventually(async () => expect((await activityOf(elsewhere, 'TERM-001')) > before).toBe(true));
    const { connectedAt, lastActivity } = await entryOf(pos, 'TERM-001');
    expect(lastActivity > connectedAt).toBe(true);
  });
});

describe('terminalStatusUpdate', () => {
  it('tells of a device: connected, reconnecting, disconnected, with exactly the fields of each', async () => {
    const elsewhere = await cluster.pos('pos-2', { on: 1 });
    const leaving = await cluster.terminal('leaving', { on: 0 });
    const about = { terminalId: 'TERM-002', deviceId: 'TERM-002', groupId: 'shop', version: 'v1' };
    const frame = { action: 'terminalStatusUpdate', ...about, timestamp: TIME };
    const connected = await statusUpdate(elsewhere, 'connected', 'TERM-002');
    const { connectionId } = connected;
    const live = { connectionId, connectedAt: TIME, lastActivity: TIME, status: 'online' };
    const terminalInfo = { ...live, terminalId: 'TERM-002', deviceId: 'TERM-002' };
    expect(connected).toEqual({ ...frame, status: 'connected', connectionId: OPAQUE, terminalInfo });

    leaving.drop();
    const reconnecting = await statusUpdate(elsewhere, 'reconnecting', 'TERM-002');
    expect(reconnecting).toEqual({ ...frame, status: 'reconnecting' });
    const listed = await entryOf(elsewhere, 'TERM-002');
    const known = { connectedAt: TIME, lastActivity: TIME, metadata: {} };
    const named = { terminalId: 'TERM-002', deviceId: 'TERM-002' };
    expect(listed).toEqual({ ...named, ...known, status: 'reconnecting' });

    const disconnected = await statusUpdate(elsewhere, 'disconnected', 'TERM-002');
    expect(disconnected).toEqual({ ...frame, status: 'disconnected' });
    expect(await entryOf(elsewhere, 'TERM-002')).toBeUndefined();
    const offline = await entryOf(elsewhere, 'TERM-002', { includeOffline: true });
    expect(offline).toEqual({ ...named, ...known, status: 'offline' });
  });

  it('treats a clean close by a terminal as a drop', async () => {
    const leaving = await cluster.terminal('leaving', { on: 0 });
    const watching = await cluster.pos('pos-2');
    await leaving.close();
    await statusUpdate(watching, 'reconnecting', 'TERM-002');
    await statusUpdate(watching, 'disconnected', 'TERM-002');
  });

  it('tells of a nameless terminal that it is gone at once, and lists it no more', async () => {
    const { connectionId: terminalId } = namelessOf(await pos.terminals());
    nameless.drop();
    const gone = await statusUpdate(pos, 'disconnected', terminalId as string);
    const about = { terminalId: terminalId as string, groupId: 'shop', version: 'v1' };
    expect(gone).toEqual({
      action: 'terminalStatusUpdate',
      ...about,
      status: 'disconnected',
      timestamp: TIME,
    });
    const list = await pos.terminals({ includeOffline: true });
    expect(list.map((entry) => entry.terminalId)).not.toContain(terminalId);
  });

  it('goes to the desktops of the group alone, to each once', async () => {
    const cafe = await cluster.pos('cafe-pos', { on: 1 });
    const mine = await cluster.pos('pos-2', { on: 1 });
    const leaving = await cluster.terminal('leaving', { on: 0 });
    await statusUpdate(mine, 'connected', 'TERM-002');
    leaving.drop();
    await statusUpdate(mine, 'disconnected', 'TERM-002');
    await Promise.all([cafe.roundTrip(), counter.roundTrip()]);
    expect(mine.all('terminalStatusUpdate').map(({ status }) => status as string)).toEqual([
      'connected',
      'reconnecting',
      'disconnected',
    ]);
    expect(cafe.all('terminalStatusUpdate')).toEqual([]);
    expect(counter.all('terminalStatusUpdate')).toEqual([]);
  });
});

function statusUpdate(client: PosClient, status: string, terminalId: string): Promise<Frame> {
  return client.next(
    (frame) =>
      frame.action === 'terminalStatusUpdate' && frame.status === status && frame.terminalId === terminalId,
  );
}

function namelessOf(list: Frame[]): Frame {
  return list.find(({ deviceId }) => deviceId === undefined)!;
}

function statusOf({ status }: { status: string }): string {
  return status;
}

async function entryOf(client: PosClient, terminalId: string, options = {}): Promise<any> {
  return (await client.terminals(options)).find((entry) => entry.terminalId === terminalId);
}

async function activityOf(client: PosClient, terminalId: string): Promise<string> {
  return (await entryOf(client, terminalId)).lastActivity as string;
}
