import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { EmbeddedRedisLogger } from './embedded.js';

const ANSWER_LIMIT_MS = 3_000;
const LEFTOVER_LIMIT_MS = 10_000;
const POLL_INTERVAL_MS = 50;

/**
 * Where the embedded Redis of a data folder listens, so that the command line finds the one of a running gateway. Not in
 * the folder itself: the path of a unix socket holds about 100 bytes.
 */
export function embeddedSocketPath(dataDir: string): string {
  const hash = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 12);
  return join(tmpdir(), `terminal-gateway-${hash}.sock`);
}

/**
 * Connects once, without ever trying again. `nobody` means that no server listens there; `silent` that something does,
 * but it did not answer in time, hung up, or is not ours to talk to.
 */
export async function connectOnce(
  path: string,
  connectionName: string,
): Promise<Redis | 'nobody' | 'silent'> {
  const client = new Redis({
    path,
    connectionName,
    lazyConnect: true,
    commandTimeout: ANSWER_LIMIT_MS,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  // The rejection of `connect` does not say why; this event does.
  let failure: NodeJS.ErrnoException | undefined;
  client.on('error', (error: NodeJS.ErrnoException) => (failure ??= error));
  try {
    await client.connect();
    await client.ping();
    return client;
  } catch {
    client.disconnect();
    return failure?.code === 'ENOENT' || failure?.code === 'ECONNREFUSED' ? 'nobody' : 'silent';
  }
}

/**
 * Makes sure that no server holds the data folder. One that a killed gateway left behind is shut down, which writes
 * everything it acknowledged to disk; one that somebody uses is an error.
 */
export async function freeSocket(path: string, dataDir: string, logger: EmbeddedRedisLogger): Promise<void> {
  const end = Date.now() + LEFTOVER_LIMIT_MS;
  while (Date.now() < end) {
    const client = await connectOnce(path, 'newcomer');
    if (client === 'nobody') return;
    if (client !== 'silent') await shutDownUnused(client, dataDir, logger).finally(() => client.disconnect());
    await sleep(POLL_INTERVAL_MS);
  }
  throw new Error(
    `The data folder ${dataDir} is held by a redis-server that neither answers nor ends (${path})`,
  );
}

async function shutDownUnused(client: Redis, dataDir: string, logger: EmbeddedRedisLogger): Promise<void> {
  // A server that is ending already may hang up at any of these commands; the caller looks again.
  const clients = await client.client('LIST').catch(() => undefined);
  if (clients === undefined) return;
  if ((clients as string).trim().split('\n').length > 1) {
    throw new Error(`Another gateway already runs on the data folder ${dataDir}`);
  }
  logger.warn({ dataDir }, 'found the redis-server of a killed gateway: shutting it down');
  await client.shutdown().catch(() => undefined);
}
