import { WebSocket } from 'ws';
import type { ClientPlan } from '../fleet.js';
import { EVENT, JOINED, SocketIoClient } from './socket-io-client.js';

const AT_ONCE = 50;
const OPEN_LIMIT_MS = 20_000;

/** What every frame of the API begins with. */
const ACTION_START = '{"action":"'.length;

/** A socket to the system under load, before anything was said on it. */
export function connect({ url, key }: ClientPlan): WebSocket {
  const options = { headers: { 'x-api-key': key }, perMessageDeflate: false, skipUTF8Validation: true };
  return url.includes('EIO=4') ? new SocketIoClient(url, options) : new WebSocket(url, options);
}

/** Opens a client and waits for the pong of its first ping: from then on it is registered. */
export function open(plan: ClientPlan): Promise<WebSocket> {
  const socket = connect(plan);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${plan.key} was not answered`)), OPEN_LIMIT_MS);
    const onMessage = (data: Buffer) => {
      if (actionOf(textOf(data)) !== 'pong') return;
      clearTimeout(timer);
      socket.off('message', onMessage);
      resolve(socket);
    };
    socket.on('message', onMessage);
    socket.once('error', reject);
    const usable = socket instanceof SocketIoClient ? JOINED : 'open';
    socket.once(usable, () => socket.send('{"action":"ping"}'));
  });
}

/** Opens many, a few at a time. */
export async function openAll(plans: readonly ClientPlan[]): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  for (let i = 0; i < plans.length; i += AT_ONCE) {
    sockets.push(...(await Promise.all(plans.slice(i, i + AT_ONCE).map(open))));
  }
  return sockets;
}

/** Everything the bench sends is ASCII, so the cheapest decoding will do. */
export function textOf(data: Buffer): string {
  return data.toString('latin1');
}

/** Of a frame of the API, or of a Socket.IO event that carries one; of anything else it is no action at all. */
export function actionOf(text: string): string {
  const start = text.startsWith(EVENT) ? EVENT.length : ACTION_START;
  return text.slice(start, text.indexOf('"', start));
}
