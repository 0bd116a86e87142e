import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Response } from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { eventText, Viewer } from './viewer.js';

let server: Server;
let viewer: Viewer;
let reader: IncomingMessage;

beforeEach(async () => {
  server = createServer((_request, response) => {
    viewer = new Viewer(response as Response, () => Promise.resolve(true));
    viewer.begin();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  [reader] = (await once(get({ port, host: '127.0.0.1' }), 'response')) as [IncomingMessage];
  reader.on('error', () => {});
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const big = eventText('floor', { text: 'x'.repeat(256 * 1024) });

describe('Viewer', () => {
  it('sends whole events', async () => {
    viewer.send(eventText('health', { now: 1 }));
    viewer.end();
    const text = (await reader.setEncoding('utf8').toArray()).join('');
    expect(text).toBe('retry: 2000\n\nevent: health\ndata: {"now":1}\n\n');
  });

  it('drops a reader that takes nothing', async () => {
    await eventually(() => {
      viewer.send(big);
      return !viewer.isOpen;
    });
  });

  it('waits for a reader that takes its time, and loses nothing', async () => {
    let sent = 0;
    let received = 0;
    const sending = (async () => {
      for (; sent < 100; sent++) await viewer.sendPaced(big);
    })();
    await eventually(() => sent > 0);
    expect(sent).toBeLessThan(100);
    reader.on('data', (chunk: Buffer) => (received += chunk.length));
    await sending;
    await eventually(() => expect(received).toBeGreaterThanOrEqual(100 * big.length));
    expect(viewer.isOpen).toBe(true);
  });

  it('stops waiting for a reader that has gone', async () => {
    const sending = (async () => {
      while (viewer.isOpen) await viewer.sendPaced(big);
    })();
    reader.destroy();
    await sending;
    expect(viewer.isOpen).toBe(false);
  });

  it('sends nothing before its beginning', async () => {
    const response = { once: () => undefined, closed: false } as unknown as Response;
    expect(() => new Viewer(response, () => Promise.resolve(true)).send('too early')).not.toThrow();
  });
});
