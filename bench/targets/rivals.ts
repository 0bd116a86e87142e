import { rival } from './rival.js';

/** The practical limit of Node with `ws` and ioredis: what a payment costs when nothing is promised. */
export const thinRelay = rival({
  name: 'thin',
  label: 'thin relay (ws + ioredis, no guarantees)',
  server: './thin-relay-server.js',
});

/** What the promises cost without a framework. */
export const durableRelay = rival({
  name: 'durable',
  label: 'durable relay (mailbox, claim, receipts)',
  server: './durable-relay-server.js',
});

/** What a team would build first. */
export const socketIo = rival({
  name: 'socketio',
  label: 'Socket.IO (Redis adapter, presence, record)',
  server: './socket-io-server.js',
  path: '/socket.io/?EIO=4&transport=websocket',
});

/** The floor of a frame in Node. Carries no payments. */
export const echo = rival({ name: 'echo', label: 'bare ws echo', server: './echo-server.js' });
