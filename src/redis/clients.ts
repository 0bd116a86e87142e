import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Config } from '../config/index.js';
import { gatherWrites } from './gathered-writes.js';

export type Client = Redis | Cluster;

/** A command that got no answer for this long has failed, whatever became of it. */
const COMMAND_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_MS = 5_000;
const MAX_RECONNECT_DELAY_MS = 1_000;

/**
 * Full jitter, so that a fleet does not come back in one wave. Short: a till waits, and Redis bears a thousand attempts.
 */
function reconnectDelay(attempt: number): number {
  return Math.round(Math.random() * Math.min(MAX_RECONNECT_DELAY_MS, 50 * 2 ** Math.min(attempt, 8))) + 10;
}

function redirectsToMaster(error: Error): boolean {
  return error.message.startsWith('READONLY');
}

/**
 * The client for commands. It has no offline queue: while the store is away a command fails at once, and a payment is
 * refused with a true verdict instead of being executed minutes later. Commands in flight when the link breaks are sent
 * again, which is safe because every script run twice equals one run.
 */
const COMMANDS: RedisOptions = {
  commandTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: CONNECT_TIMEOUT_MS,
  enableOfflineQueue: false,
  keepAlive: KEEP_ALIVE_MS,
  lazyConnect: true,
  maxRetriesPerRequest: 1,
  reconnectOnError: redirectsToMaster,
  retryStrategy: reconnectDelay,
};

/** The client for subscriptions keeps its queue: a subscription asked for during an outage is made after it. */
const SUBSCRIBER: RedisOptions = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  keepAlive: KEEP_ALIVE_MS,
  lazyConnect: true,
  maxRetriesPerRequest: null,
  reconnectOnError: redirectsToMaster,
  retryStrategy: reconnectDelay,
};

/**
 * The client for a worker that waits for work, for as long as the store is away. Its commands may block for seconds, so they
 * have no time limit of their own; a link that says nothing for longer than they block is dead.
 */
const WORKER: RedisOptions = { ...SUBSCRIBER, socketTimeout: 30_000 };

export interface StoreAddress {
  /** URL of a standalone Redis or path of its unix socket; the configured topology if absent. */
  embedded?: string;
}

export function commandsClient(config: Config, address: StoreAddress): Client {
  const client = connect(config, address, COMMANDS, 'commands');
  gatherWrites(client);
  return client;
}

export function subscriberClient(config: Config, address: StoreAddress): Client {
  return connect(config, address, SUBSCRIBER, 'subscriber');
}

export function workerClient(config: Config, address: StoreAddress): Client {
  return connect(config, address, WORKER, 'worker');
}

function connect(config: Config, { embedded }: StoreAddress, options: RedisOptions, role: string): Client {
  const named = { ...options, connectionName: `${config.redisKeyPrefix}:${config.instanceId}:${role}` };
  if (embedded !== undefined) {
    return new Redis(embedded, named);
  }
  const secured = { ...named, ...access(config) };
  if (config.redisClusterNodes.length > 0) {
    return new Cluster(config.redisClusterNodes.map(hostAndPort), {
      clusterRetryStrategy: reconnectDelay,
      enableOfflineQueue: options.enableOfflineQueue ?? true,
      lazyConnect: true,
      redisOptions: secured,
      shardedSubscribers: role === 'subscriber',
      // Certificates name hosts, and ioredis would connect to the addresses that it finds for them.
      ...(secured.tls && { dnsLookup: (host, done) => done(null, host) }),
    });
  }
  if (config.redisSentinels.length > 0) {
    return new Redis({
      ...secured,
      ...sentinelAccess(config),
      failoverDetector: true,
      name: config.redisSentinelName!,
      sentinels: config.redisSentinels.map(hostAndPort),
    });
  }
  return new Redis(config.redisUrl!, secured);
}

/** Who we are at the servers. What `REDIS_URL` says goes before it. */
function access({ redisUsername, redisPassword, redisTls }: Config): RedisOptions {
  return {
    ...(redisUsername !== undefined && { username: redisUsername }),
    ...(redisPassword !== undefined && { password: redisPassword }),
    ...(redisTls === 'on' && { tls: {} }),
  };
}

function sentinelAccess({ redisSentinelUsername, redisSentinelPassword, redisTls }: Config): RedisOptions {
  return {
    ...(redisSentinelUsername !== undefined && { sentinelUsername: redisSentinelUsername }),
    ...(redisSentinelPassword !== undefined && { sentinelPassword: redisSentinelPassword }),
    ...(redisTls === 'on' && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
  };
}

function hostAndPort(node: string): { host: string; port: number } {
  const colon = node.lastIndexOf(':');
  return { host: node.slice(0, colon), port: Number(node.slice(colon + 1)) };
}
