import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Frame } from '../wire/frame.js';
import { Journal } from './journal.js';
import { Line } from './line.js';
import { Random } from './random.js';

const TEXT = '{"action":"paymentInquiry","transactionId":"order-1"}';
/** RFC 6455, 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

class Listener extends Line {
  readonly heard: string[] = [];
  protected override onOpen(): void {
    this.heard.push('open');
  }
  protected override onFrame({ action }: Frame): void {
    this.heard.push(action);
  }
}

let server: Server;
beforeAll(async () => {
  server = createServer();
  server.on('upgrade', (request, socket) => {
    const key = request.headers['sec-websocket-key']!;
    const accept = createHash('sha1')
      .update(key + GUID)
      .digest('base64');
    const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`;
    const frame = Buffer.concat([Buffer.from([0x81, TEXT.length]), Buffer.from(TEXT)]);
    socket.write(
      Buffer.concat([Buffer.from(`${head}Sec-WebSocket-Accept: ${accept}\r\n\r\n`), frame, frame]),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

it('hears what comes in one piece with the answer to its upgrade', async () => {
  const { port } = server.address() as AddressInfo;
  const line = new Listener({
    name: 'TERM-001',
    urls: [`ws://127.0.0.1:${port}/v1`],
    key: 'key',
    random: new Random(1),
    journal: new Journal(),
  });
  await line.untilOpen();
  expect(line.heard).toEqual(['open', 'paymentInquiry', 'paymentInquiry']);
  line.stop();
});
