import type { Redis } from 'ioredis';
import type { Logger } from '../logging/index.js';

const OLDEST_REDIS = 7;

/** The store cannot be used as it is; the message tells the operator why. */
export class StoreUnusable extends Error {
  override readonly name = 'StoreUnusable';
}

/**
 * Whether a server can keep our promises, as far as it tells: where CONFIG is forbidden, the operator has to know.
 * @throws StoreUnusable if it is too old or may evict keys
 */
export async function checkServer(server: Redis, logger: Logger): Promise<void> {
  const info = String(await server.info('server'));
  const major = Number(/redis_version:(\d+)/.exec(info)?.[1] ?? 0);
  if (major < OLDEST_REDIS) {
    throw new StoreUnusable(
      `Redis ${OLDEST_REDIS}.0 or newer is needed (sharded pub/sub), this one is ${major}.x`,
    );
  }
  const [, policy] = (await server.config('GET', 'maxmemory-policy').catch(() => [])) as string[];
  if (policy === undefined) {
    logger.warn('Redis does not tell its maxmemory-policy: see to it that it is noeviction');
  } else if (policy !== 'noeviction') {
    throw new StoreUnusable(
      `Redis maxmemory-policy is ${policy}: it may drop payments. It must be noeviction`,
    );
  }
}
