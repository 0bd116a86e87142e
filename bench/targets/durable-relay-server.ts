/**
 * What the promises cost without a framework: the thin relay with mailboxes, hints, a claim before each dispatch, a deadline,
 * receipts by ping and pong, and an acknowledgement of each result. Tuned: commands of one turn of the event loop leave in one
 * write, receipts of one turn in one script call. Not in it: validation, epochs, leases, retries, sweeps, delivery of what lies in a mailbox
 * after a reconnect.
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

const PAYMENT_TIMEOUT_S = 600;

/** Records the payment once, puts it into the terminal's mailbox, sets its deadline and gives the terminal's instance a hint. */
const PAY = `
  if redis.call('EXISTS', KEYS[2]) == 1 then return 2 end
  ${RECORD_PAYMENT}
  redis.call('HSET', KEYS[3], KEYS[2], ARGV[3])
  redis.call('ZADD', KEYS[4], redis.call('TIME')[1] + ${PAYMENT_TIMEOUT_S}, KEYS[2])
  redis.call('PUBLISH', 'to:' .. instance, 'payment\\n' .. ARGV[4] .. '\\n' .. KEYS[2])
  return 1`;

/** @returns the payment, to whoever claims it first */
const CLAIM = `
  if redis.call('HSETNX', KEYS[1], 'claimed', ARGV[1]) == 0 then return false end
  return redis.call('HGET', KEYS[2], KEYS[1])`;

/** Records the result once, lifts the deadline, puts it into the till's mailbox and gives the till's instance a hint that carries it. */
const ANSWER = `
  local asked = redis.call('HMGET', KEYS[1], 'till', 'instance', 'status')
  if not asked[1] then return 0 end
  if asked[3] ~= 'PENDING' then return 2 end
  redis.call('HSET', KEYS[1], 'status', ARGV[1], 'response', ARGV[2])
  redis.call('ZREM', KEYS[2], KEYS[1])
  redis.call('HSET', 'mail:' .. asked[1], KEYS[1], ARGV[2])
  redis.call('PUBLISH', 'to:' .. asked[2], 'result\\n' .. asked[1] .. '\\n' .. KEYS[1] .. '\\n' .. ARGV[2])
  return 1`;

/** What was read leaves its mailbox. */
const RECEIVED = `for i, mailbox in ipairs(KEYS) do redis.call('HDEL', mailbox, ARGV[i]) end`;

type Scripts = Redis & {
  pay(...args: string[]): Promise<number>;
  claim(record: string, mailbox: string, instance: string): Promise<string | null>;
  answer(record: string, due: string, status: string, text: string): Promise<number>;
  received(count: number, ...args: string[]): Promise<null>;
};

const sockets = new Map<string, WebSocket>();
const redis = corked(new Redis(REDIS_URL)) as Scripts;
const subscriber = new Redis(REDIS_URL);
redis.defineCommand('pay', { numberOfKeys: 4, lua: PAY });
redis.defineCommand('claim', { numberOfKeys: 2, lua: CLAIM });
redis.defineCommand('answer', { numberOfKeys: 2, lua: ANSWER });
redis.defineCommand('received', { lua: RECEIVED });

let mailboxes: string[] = [];
let records: string[] = [];

subscriber.on('message', (_channel, hint) => {
  const [kind, id, record] = hint.split('\n', 3) as [string, string, string];
  if (kind === 'payment') void dispatch(id, record);
  else deliver(id, record, hint.slice(kind.length + id.length + record.length + 3));
});
await subscriber.subscribe(`to:${INSTANCE_ID}`);

const http = healthyServer();
socketServer(http).on('connection', (socket, request) => {
  const client = clientOf.get(String(request.headers['x-api-key']));
  if (!client) return socket.close(4003);
  sockets.set(client.id, socket);
  const registered = register(redis, client);
  socket.on('message', (data: Buffer) => void registered.then(() => handle(socket, client, data.toString())));
  socket.on('pong', (record) => receipt(`mail:${client.id}`, record.toString()));
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
    const keys = [`terminal:${groupId}:${terminalId}`, record, `mail:${terminalId}`, 'due'];
    await redis.pay(...keys, id, INSTANCE_ID, text, terminalId);
  } else if (frame.action === 'paymentResponse') {
    const { transactionId, status } = frame.paymentResponse;
    const complete = text.replace('"paymentResponse"', '"paymentComplete"');
    if (await redis.answer(`tx:${groupId}:${transactionId}`, 'due', status, complete)) {
      socket.send(`{"action":"paymentResponseAck","transactionId":"${transactionId}"}`);
    }
  } else if (frame.action === 'getTerminals') {
    sendList(socket, await listed(redis, groupId));
  }
}

async function dispatch(terminal: string, record: string): Promise<void> {
  if (!sockets.has(terminal)) return;
  const payment = await redis.claim(record, `mail:${terminal}`, INSTANCE_ID);
  if (payment !== null) deliver(terminal, record, payment);
}

/** The pong proves that everything before its ping was read. */
function deliver(id: string, record: string, text: string): void {
  const socket = sockets.get(id);
  socket?.send(text);
  socket?.ping(record);
}

function receipt(mailbox: string, record: string): void {
  if (mailboxes.length === 0) {
    setImmediate(() => {
      void redis.received(mailboxes.length, ...mailboxes, ...records);
      [mailboxes, records] = [[], []];
    });
  }
  mailboxes.push(mailbox);
  records.push(record);
}

/** Holds back what is written to Redis until the turn of the event loop is over. */
function corked(client: Redis): Redis {
  const send = client.sendCommand.bind(client);
  let isCorked = false;
  client.sendCommand = (...args) => {
    const { stream } = client;
    if (!isCorked && stream) {
      isCorked = true;
      stream.cork();
      setImmediate(() => {
        isCorked = false;
        stream.uncork();
      });
    }
    return send(...args);
  };
  return client;
}
