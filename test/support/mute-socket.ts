import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/**
 * Opens a WebSocket over plain TCP and then neither reads nor writes another byte: what a peer looks like whose cable was
 * pulled. The operating system still accepts what is sent to it.
 */
export function openMuteSocket(url: string, key: string): Promise<Socket> {
  const { hostname, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(upgradeRequest(hostname, pathname, key)),
    );
    socket.once('error', reject);
    socket.once('data', (answer) => {
      socket.pause();
      if (answer.toString().startsWith('HTTP/1.1 101 ')) resolve(socket);
      else reject(new Error(`no upgrade: ${answer.toString()}`));
    });
  });
}

function upgradeRequest(host: string, path: string, key: string): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    `x-api-key: ${key}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
