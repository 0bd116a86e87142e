/**
 * Socket.IO with its Redis adapter, doing what the gateway is for: knows the key, keeps presence, finds the terminal, records
 * the payment, relays it through the terminal's room, records the result and relays it through the till's. Tuned like the
 * others: WebSocket alone, no compression, one script call per direction. Its events are named after the actions and carry the rest of the
 * frame. No validation, no mailbox, no claim, no receipt, no lease, no deadline: what the adapter loses is lost.
 */
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server, type DefaultEventsMap, type Socket } from 'socket.io';
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
  unregister,
  type Frame,
} from './rival-server.js';

const PAY = `${RECORD_PAYMENT}
  return 1`;

/** Records the result. @returns the till that asked */
const ANSWER = `
  redis.call('HSET', KEYS[1], 'status', ARGV[1], 'response', ARGV[2])
  return redis.call('HGET', KEYS[1], 'till')`;

type Scripts = Redis & {
  pay(...args: [terminalKey: string, recordKey: string, ...values: string[]]): Promise<number>;
  answer(...args: [recordKey: string, ...values: string[]]): Promise<string | null>;
};
type Client = Socket<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, { client: ClientKey }>;

const redis = new Redis(REDIS_URL) as Scripts;
redis.defineCommand('pay', { numberOfKeys: 2, lua: PAY });
redis.defineCommand('answer', { numberOfKeys: 1, lua: ANSWER });

const http = healthyServer();
const io = new Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, { client: ClientKey }>(http, {
  adapter: createAdapter(new Redis(REDIS_URL), new Redis(REDIS_URL)),
  httpCompression: false,
  perMessageDeflate: false,
  serveClient: false,
  transports: ['websocket'],
});
io.use((socket, next) => {
  const client = clientOf.get(String(socket.handshake.headers['x-api-key']));
  if (!client) return next(new Error('unauthorized'));
  socket.data.client = client;
  next();
});
io.on('connection', (socket: Client) => {
  const { client } = socket.data;
  // A room per client: whoever has a message for it need not know its instance.
  const registered = Promise.all([socket.join(client.id), register(redis, client)]);
  const on = (event: string, handle: (frame: Frame) => unknown) =>
    socket.on(event, (frame: Frame) => void registered.then(() => handle(frame)));
  on('ping', () => socket.emit('pong', { timestamp: new Date().toISOString() }));
  on('payment', (frame) => pay(socket, client, frame));
  on('paymentResponse', (frame) => answer(client, frame));
  on('getTerminals', () => list(socket, client));
  socket.on('disconnect', () => void unregister(redis, client));
});
listen(http);

async function pay(socket: Client, { id, groupId }: ClientKey, frame: Frame): Promise<void> {
  const { terminalId, paymentRequest } = frame;
  const keys = [
    `terminal:${groupId}:${terminalId}`,
    `tx:${groupId}:${paymentRequest.transactionId}`,
  ] as const;
  const found = await redis.pay(...keys, id, INSTANCE_ID, JSON.stringify(paymentRequest));
  if (found) io.to(terminalId).emit('payment', { terminalId, paymentRequest });
  else socket.emit('error', { message: 'Terminal connection not found' });
}

async function answer({ groupId }: ClientKey, { paymentResponse }: Frame): Promise<void> {
  const { transactionId, status } = paymentResponse;
  const till = await redis.answer(`tx:${groupId}:${transactionId}`, status, JSON.stringify(paymentResponse));
  if (till !== null) io.to(till).emit('paymentComplete', { paymentResponse });
}

async function list(socket: Client, { groupId }: ClientKey): Promise<void> {
  const terminals = (await listed(redis, groupId)).map((entry) => JSON.parse(entry) as object);
  const timestamp = new Date().toISOString();
  socket.emit('terminalsResponse', { terminals, count: terminals.length, timestamp });
}
