import { connect } from 'node:net';
import { AuditLog } from '../audit/index.js';
import { loadConfig, type Config } from '../config/index.js';
import { KeyStore } from '../keys/index.js';
import { createLogger, type Logger } from '../logging/index.js';
import { embeddedSocketPath, startEmbeddedRedis, Store } from '../redis/index.js';
import { EndpointStore } from '../webhooks/index.js';

/** What the commands work with. */
export interface KeyDesk {
  keys: KeyStore;
  endpoints: EndpointStore;
  audit: AuditLog;
}

/**
 * Runs work on the keys of the store that the environment names. Without one it is the embedded store: that of the gateway
 * that runs on the same folder, or, if none runs, one that is started for the moment.
 */
export async function withKeyStore(work: (desk: KeyDesk) => Promise<void>): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger('silent', 'keys');
  const { embedded, close } = await reach(config, logger);
  const store = new Store(config, { ...(embedded && { embedded }) }, logger);
  try {
    await store.open();
    await work({
      keys: new KeyStore(store, config),
      endpoints: new EndpointStore(store, config),
      audit: new AuditLog(store, config, logger),
    });
  } finally {
    await store.close();
    await close();
  }
}

async function reach(
  config: Config,
  logger: Logger,
): Promise<{ embedded?: string; close: () => Promise<void> }> {
  const nothing = async () => {};
  if (config.redisUrl || config.redisClusterNodes.length > 0 || config.redisSentinels.length > 0) {
    return { close: nothing };
  }
  const path = embeddedSocketPath(config.dataDir);
  if (await answers(path)) {
    return { embedded: path, close: nothing };
  }
  const redis = await startEmbeddedRedis({ dataDir: config.dataDir, logger });
  if (!redis.persistent) {
    await redis.stop();
    throw new Error(
      'No gateway runs on this data folder, and without redis-server its store is memory only. ' +
        'Start the gateway first, set REDIS_URL, or use API_KEYS_FILE.',
    );
  }
  return { embedded: redis.url, close: () => redis.stop() };
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
