import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { inject } from 'vitest';
import {
  PosClient,
  TerminalClient,
  type Client,
  type ConnectOptions,
  type TerminalOptions,
} from './clients.js';
import { HttpApi } from './http-api.js';
import { startInstance, type GatewayInstance } from './instance.js';

/** A record of `API_KEYS_FILE`; key and secret are made up unless given. */
export interface TestKey {
  id: string;
  key?: string;
  /** Of the signatures of the HTTP API. */
  secret?: string;
  /** Absent for an admin. */
  groupId?: string;
  deviceType: 'desktop' | 'terminal' | 'admin';
  deviceId?: string;
  metadata?: object;
  disabled?: boolean;
}

/** A till's key. */
export function posKey(id: string, groupId = 'shop'): TestKey {
  return { id, groupId, deviceType: 'desktop' };
}

/** The key of an operator who signs in at the console. */
export function adminKey(id: string): TestKey {
  return { id, deviceType: 'admin' };
}

/** A terminal's key. @param deviceId undefined for a terminal that is known by its connection alone */
export function terminalKey(id: string, deviceId?: string, groupId = 'shop', metadata?: object): TestKey {
  const optional = { ...(deviceId !== undefined && { deviceId }), ...(metadata && { metadata }) };
  return { id, groupId, deviceType: 'terminal', ...optional };
}

export interface ClusterOptions {
  /** Default: 1. */
  instances?: number;
  keys: readonly TestKey[];
  /** What tells the instances where their store is; default: the test Redis. */
  store?: Readonly<Record<string, string>>;
  /** Beside and instead of {@link TEST_ENV}. */
  env?: Record<string, string>;
}

/** Short enough that a test need not wait long, long enough for two slow cores. No limits, so that a test sets its own. */
export const TEST_ENV: Record<string, string> = {
  HOST: '127.0.0.1',
  RATE_LIMIT_CONNECTS_PER_MINUTE: '0',
  RATE_LIMIT_FRAMES_PER_SECOND: '0',
  RATE_LIMIT_REQUESTS_PER_MINUTE: '0',
  INSTANCE_LEASE_MS: '3000',
  GRACE_PERIOD_MS: '2000',
  HEARTBEAT_INTERVAL_MS: '1000',
  HEARTBEAT_TIMEOUT_MS: '3000',
  DRAIN_TIMEOUT_MS: '5000',
};

/** Where a client connects, beside how. */
export interface Placement {
  /** Index of the instance; default 0. */
  on?: number;
}

/**
 * Starts instances that share the test Redis under a key prefix of their own.
 * Use: `const cluster = await startCluster({ instances: 2, keys: [posKey('pos'), terminalKey('t1', 'TERM-001')] })`,
 * `const pos = await cluster.pos('pos', { on: 1 })`, and in the end `await cluster.close()`.
 */
export async function startCluster({
  instances = 1,
  keys,
  store = { REDIS_URL: inject('redisUrl') },
  env = {},
}: ClusterOptions): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'terminal-gateway-cluster-'));
  const records = keys.map((record) => {
    const madeUp = () => `${record.id}-${randomBytes(9).toString('hex')}`;
    return { ...record, key: record.key ?? madeUp(), secret: record.secret ?? madeUp() };
  });
  const keysFile = join(folder, 'keys.json');
  await writeFile(keysFile, JSON.stringify({ keys: records }));
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  const shared = {
    ...TEST_ENV,
    ...store,
    REDIS_KEY_PREFIX: prefix,
    API_KEYS_FILE: keysFile,
  };
  const credentials = new Map(records.map(({ id, key, secret }) => [id, { key, secret }]));
  const cluster = new Cluster(folder, credentials, prefix, { ...shared, ...env });
  try {
    await Promise.all(Array.from({ length: instances }, () => cluster.add()));
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return cluster;
}

export class Cluster {
  /** In the order in which they were added; one that was stopped keeps its place. */
  readonly instances: GatewayInstance[] = [];
  /** An own connection to the test Redis, whatever way `REDIS_URL` gives to the instances. */
  readonly redis: Redis;
  private readonly clients: Client[] = [];

  constructor(
    private readonly folder: string,
    private readonly credentials: ReadonlyMap<string, { key: string; secret: string }>,
    /** First part of every Redis key of this cluster. */
    readonly prefix: string,
    /** Environment of every instance. */
    readonly env: Readonly<Record<string, string>>,
  ) {
    this.redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
  }

  /** Starts one more instance, and resolves when it is ready. */
  async add(env: Record<string, string> = {}): Promise<GatewayInstance> {
    const instance = await startInstance({ env: { ...this.env, ...env }, cwd: this.folder });
    this.instances.push(instance);
    return instance;
  }

  /** WebSocket address of an instance. */
  url(on = 0): string {
    return `${this.instances[on]!.wsUrl}/v1`;
  }

  /** The API key of a key id. */
  key(id: string): string {
    return this.credentialsOf(id).key;
  }

  /** What the HTTP calls of a key id are signed with. */
  secret(id: string): string {
    return this.credentialsOf(id).secret;
  }

  /** The HTTP API of an instance, as a key id calls it. */
  api(id: string, { on = 0 }: Placement = {}): HttpApi {
    return new HttpApi(this.instances[on]!.url, this.credentialsOf(id));
  }

  /** A connected and registered till. */
  async pos(id: string, { on, ...options }: ConnectOptions & Placement = {}): Promise<PosClient> {
    return this.registered(await PosClient.connect(this.url(on), this.key(id), options));
  }

  /** A connected and registered terminal. */
  async terminal(id: string, { on, ...options }: TerminalOptions & Placement = {}): Promise<TerminalClient> {
    return this.registered(await TerminalClient.connect(this.url(on), this.key(id), options));
  }

  /** Has a client ended with the cluster. */
  track<T extends Client>(client: T): T {
    this.clients.push(client);
    return client;
  }

  /** What all instances have written, for the message of a failed test. */
  logs(): string {
    return this.instances.map((instance, i) => `--- instance ${i}\n${instance.output()}`).join('\n');
  }

  /** Ends clients and instances and removes every trace from Redis. May be called after any failure. */
  async close(): Promise<void> {
    this.clients.forEach((client) => client.drop());
    this.instances.forEach((instance) => instance.kill('SIGKILL'));
    await Promise.all(this.instances.map(({ exited }) => exited));
    await this.removeKeys();
    this.redis.disconnect();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async registered<T extends Client>(client: T): Promise<T> {
    this.track(client);
    await client.roundTrip();
    return client;
  }

  private credentialsOf(id: string): { key: string; secret: string } {
    const credentials = this.credentials.get(id);
    if (credentials === undefined) throw new Error(`no key with id ${id}`);
    return credentials;
  }

  private async removeKeys(): Promise<void> {
    for await (const keys of this.redis.scanStream({ match: `${this.prefix}:*`, count: 1_000 })) {
      if ((keys as string[]).length > 0) await this.redis.unlink(...(keys as string[]));
    }
  }
}
