/**
 * The yardstick: speaks as much of the API as the load needs and promises nothing. No validation, no mailbox, no claim, no
 * receipt, no epoch, no lease, no deadline; a lost hint is a lost payment. One script call per direction.
 */
import { Redis } from 'ioredis';
import type { WebSocket } from 'ws';
import type { ClientKey } from '../types.js';
import {
  clientOf,
  healthyServer,
  INSTANCE_ID,
  listed,
  listen,
  RECORD_PAYMENT,
  REDIS_URL,
  register,
  sendList,
  sendPong,
  socketServer,
  unregister,
  type Frame,
} from './rival-server.js';

/** Finds the terminal's instance, records the payment and passes it on. */
const PAY = `${RECORD_PAYMENT}
  redis.call('PUBLISH', 'to:' .. instance, ARGV[4] .. '\\n' .. ARGV[3])
  return 1`;

/** Records the result and passes it back. */
const ANSWER = `
  local asked = redis.call('HMGET', KEYS[1], 'till', 'instance')
  if not asked[1] then return 0 end
  redis.call('HSET', KEYS[1], 'status', ARGV[1], 'response', ARGV[2])
  redis.call('PUBLISH', 'to:' .. asked[2], asked[1] .. '\\n' .. ARGV[2])
  return 1`;

type Scripts = Redis & {
  pay(...args: [terminalKey: string, recordKey: string, ...values: string[]]): Promise<number>;
  answer(...args: [recordKey: string, ...values: string[]]): Promise<number>;
};

const sockets = new Map<string, WebSocket>();
const redis = new Redis(REDIS_URL) as Scripts;
const subscriber = new Redis(REDIS_URL);
redis.defineCommand('pay', { numberOfKeys: 2, lua: PAY });
redis.defineCommand('answer', { numberOfKeys: 1, lua: ANSWER });

subscriber.on('message', (_channel, text) => {
  const end = text.indexOf('\n');
  sockets.get(text.slice(0, end))?.send(text.slice(end + 1));
});
await subscriber.subscribe(`to:${INSTANCE_ID}`);

const http = healthyServer();
socketServer(http).on('connection', (socket, request) => {
  const client = clientOf.get(String(request.headers['x-api-key']));
  if (!client) return socket.close(4003);
  sockets.set(client.id, socket);
  const registered = register(redis, client);
  socket.on('message', (data: Buffer) => void registered.then(() => handle(socket, client, data.toString())));
  socket.on('close', () => {
    if (sockets.get(client.id) !== socket) return;
    sockets.delete(client.id);
    void unregister(redis, client);
  });
});
listen(http);

async function handle(socket: WebSocket, { id, groupId }: ClientKey, text: string): Promise<void> {
  const frame = JSON.parse(text) as Frame;
  if (frame.action === 'ping') {
    sendPong(socket);
  } else if (frame.action === 'payment') {
    const { terminalId, paymentRequest } = frame;
    const record = `tx:${groupId}:${paymentRequest.transactionId}`;
    // A terminal's device id is its client id in the fleet of the bench: one look-up less.
    await redis.pay(`terminal:${groupId}:${terminalId}`, record, id, INSTANCE_ID, text, terminalId);
  } else if (frame.action === 'paymentResponse') {
    const { transactionId, status } = frame.paymentResponse;
    const complete = text.replace('"paymentResponse"', '"paymentComplete"');
    await redis.answer(`tx:${groupId}:${transactionId}`, status, complete);
  } else if (frame.action === 'getTerminals') {
    sendList(socket, await listed(redis, groupId));
  }
}
