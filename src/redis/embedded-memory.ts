import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import type { EmbeddedRedis, EmbeddedRedisLogger } from './embedded.js';
import { embeddedSocketPath } from './embedded-socket.js';

/** Runs a Redis of JavaScript inside this process, for machines without redis-server. Nothing it holds survives. */
export async function startRedisInProcess(
  dataDir: string,
  logger: EmbeddedRedisLogger,
): Promise<EmbeddedRedis> {
  // Loaded on demand: with a real Redis none of its WebAssembly is needed.
  const { createRedisCommandExecutor, RedisServerState, Resp2Server } = await import('js-redis-server/core');
  const { server } = new Resp2Server({
    server: new RedisServerState(),
    executor: createRedisCommandExecutor(),
    logger: { error: (error: unknown) => logger.error({ err: error }, 'in-process redis') },
  });
  const sockets = openSockets(server);
  const path = embeddedSocketPath(dataDir);
  await listenPrivately(server, path);
  logger.warn(
    { persistent: false },
    'NO REDIS INSTALLED: transactions are kept in memory only and are lost when this process ends. ' +
      'Install redis-server or set REDIS_URL before taking real payments.',
  );
  let closed: Promise<void> | undefined;
  return {
    url: path,
    persistent: false,
    // It lives in this process: whoever could be told is gone with it.
    onExit: () => {},
    stop: () => (closed ??= close(server, sockets)),
  };
}

/** The package's own `listen` would open a port on every network interface, without a password. */
async function listenPrivately(server: Server, path: string): Promise<void> {
  // Nobody answers on it any more, or we would not have come here; a killed gateway leaves the file.
  await rm(path, { force: true });
  server.listen(path);
  await once(server, 'listening');
  await chmod(path, 0o700);
}

function openSockets(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

async function close(server: Server, sockets: Set<Socket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  sockets.forEach((socket) => socket.destroy());
  await closed;
}
