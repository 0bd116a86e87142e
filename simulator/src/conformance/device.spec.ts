import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { makeKeys } from '../gateway/keys.js';
import { Device } from './device.js';
import { Transcript } from './transcript.js';

let server: WebSocketServer;
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
});
afterAll(() => server.close());

it('keeps no connection that it was still opening when it left', async () => {
  const { port } = server.address() as AddressInfo;
  const [key] = makeKeys('shop', { tills: 1, terminals: 0 });
  const device = new Device('till', key!, {
    urls: [`ws://127.0.0.1:${port}/v1`],
    ...{ patienceMs: 1_000, highest: 'extensions', latePolicy: 'void', receiver: undefined },
    ...{ transcript: new Transcript(), asked: [] },
  });
  const opening = device.opens();
  device.leaves();
  await (
    await opening
  ).closed;
  expect(device.connections.map(({ isOpen }) => isOpen)).toEqual([false]);
});
