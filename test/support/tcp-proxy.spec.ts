import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from './eventually.js';
import { TcpProxy } from './tcp-proxy.js';

let echo: Server;
let proxy: TcpProxy;
let client: Socket;
let received: string;

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await TcpProxy.start({ port: (echo.address() as AddressInfo).port });
  await reconnect();
});

afterEach(async () => {
  client.destroy();
  await proxy.close();
  echo.close();
});

async function reconnect(): Promise<void> {
  dial();
  await once(client, 'connect');
}

function dial(): void {
  received = '';
  client = connect(proxy.port, '127.0.0.1');
  client.on('error', () => {}).on('data', (chunk) => (received += chunk.toString()));
}

const receives = (text: string) => eventually(() => expect(received).toBe(text));

it('carries bytes and the end of a connection', async () => {
  client.end('hello');
  await once(client, 'end');
  expect(received).toBe('hello');
  expect(proxy.stats).toMatchObject({ accepted: 1, upBytes: 5, downBytes: 5 });
  await eventually(() => expect(proxy.openConnections).toBe(0));
});

it('delays each way without changing the order', async () => {
  proxy.latencyMs = 50;
  const start = performance.now();
  client.write('slow ');
  await eventually(() => expect(proxy.stats.upBytes).toBe(5));
  proxy.latencyMs = 0;
  client.write('fast');
  await receives('slow fast');
  expect(performance.now() - start).toBeGreaterThanOrEqual(49);
});

it('cuts what is open and lets new connections through, unless it refuses', async () => {
  proxy.cut();
  await eventually(() => client.destroyed);
  proxy.refuse();
  dial();
  await eventually(() => client.destroyed);
  proxy.heal();
  await reconnect();
  client.write('again');
  await receives('again');
  expect(proxy.stats).toMatchObject({ accepted: 2, refused: 1 });
});

it('swallows one direction for good', async () => {
  proxy.blackhole('down');
  client.write('lost');
  await eventually(() => expect(proxy.stats.swallowedBytes).toBe(4));
  proxy.heal();
  client.write('found');
  await receives('found');
});

it('holds a stalled direction back until it heals', async () => {
  proxy.stall('down');
  client.write('late');
  await eventually(() => expect(proxy.stats.upBytes).toBe(4));
  expect(received).toBe('');
  proxy.heal();
  await receives('late');
});
