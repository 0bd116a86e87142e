/** What the servers of the rivals have in common, so that they differ only in how they carry payments. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { Redis } from 'ioredis';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ClientKey } from '../types.js';

export const { REDIS_URL = '', INSTANCE_ID = '' } = process.env;

const RETENTION_S = 172_800;

/** Lua: finds the terminal's instance and records the payment. `KEYS`: terminal, record; `ARGV`: till, its instance, request. */
export const RECORD_PAYMENT = `
  local instance = redis.call('HGET', KEYS[1], 'instance')
  if not instance then return 0 end
  redis.call('HSET', KEYS[2], 'till', ARGV[1], 'instance', ARGV[2], 'request', ARGV[3], 'status', 'PENDING')
  redis.call('EXPIRE', KEYS[2], ${RETENTION_S})`;

/** A frame of the API, as far as the load fills it. */
export interface Frame {
  action: string;
  terminalId: string;
  paymentRequest: { transactionId: string };
  paymentResponse: { transactionId: string; status: string };
}

const keysFile = JSON.parse(readFileSync(process.env['API_KEYS_FILE'] ?? '', 'utf8')) as {
  keys: ClientKey[];
};
/** Secret of a key → its record. */
export const clientOf = new Map(keysFile.keys.map((record) => [record.key, record]));

/** Ready at once; the caller listens when it is. */
export function healthyServer(): Server {
  return createServer((_request, response) => response.end('ok'));
}

/** With the settings of the gateway. */
export function socketServer(server: Server): WebSocketServer {
  return new WebSocketServer({ server, perMessageDeflate: false, skipUTF8Validation: true });
}

export function listen(server: Server): void {
  server.listen(Number(process.env['PORT']), '127.0.0.1');
  process.once('SIGTERM', () => process.exit(0));
}

/** Puts a terminal where payments and lists find it. */
export async function register(
  redis: Redis,
  { id, groupId, deviceType, deviceId }: ClientKey,
): Promise<void> {
  if (deviceType === 'desktop') return;
  const connectedAt = new Date().toISOString();
  const entry = JSON.stringify({
    terminalId: deviceId,
    deviceId,
    connectedAt,
    status: 'online',
    metadata: {},
  });
  await redis.hset(`terminal:${groupId}:${deviceId}`, 'instance', INSTANCE_ID, 'client', id);
  await redis.hset(`terminals:${groupId}`, id, entry);
}

export async function unregister(redis: Redis, { id, groupId }: ClientKey): Promise<void> {
  await redis.hdel(`terminals:${groupId}`, id);
}

/** @returns the entries as {@link register} wrote them */
export function listed(redis: Redis, groupId: string): Promise<string[]> {
  return redis.hvals(`terminals:${groupId}`);
}

export function sendPong(socket: WebSocket): void {
  socket.send(`{"action":"pong","timestamp":"${new Date().toISOString()}"}`);
}

export function sendList(socket: WebSocket, entries: readonly string[]): void {
  const timestamp = new Date().toISOString();
  socket.send(
    `{"action":"terminalsResponse","terminals":[${entries.join(',')}],"count":${entries.length},"timestamp":"${timestamp}"}`,
  );
}
