import { Cluster, Redis } from 'ioredis';
import { partitionOf, partitionTag } from '../../src/redis/index.js';
import { eventually } from './eventually.js';
import { freePorts, RedisServer } from './redis-server.js';
import type { StoreLock } from './store-lock.js';

const HOST = '127.0.0.1';
const SLOTS = 16_384;
const MASTERS = 3;
const SENTINELS = 3;
const MASTER_NAME = 'payments';
/** A Sentinel takes a master that is silent for this long for dead. */
const DOWN_AFTER_MS = 1_000;
/** Keys that one step of a slot's move takes along, as `redis-cli --cluster reshard` does it. */
const KEYS_PER_STEP = 10;

/** A store for gateways, of real processes. */
export interface Topology {
  /** What tells a gateway where it is. */
  readonly env: Record<string, string>;
  /** An own connection, with a queue: what is asked during an outage is answered after it. */
  readonly client: Redis | Cluster;
  /** Ends every process and removes its files. */
  stop(): Promise<void>;
}

/** One `redis-server`. */
export class Standalone implements Topology {
  readonly env;
  readonly client;

  private constructor(private readonly server: RedisServer) {
    this.env = { REDIS_URL: server.url };
    this.client = server.redis;
  }

  /** @param settings further arguments of the server's command line */
  static async start(...settings: string[]): Promise<Standalone> {
    const [port] = await freePorts(1);
    return new Standalone(await RedisServer.start(port!, ...settings));
  }

  killMaster(): Promise<void> {
    return this.server.kill();
  }

  restart(): Promise<void> {
    return this.server.restart();
  }

  stop(): Promise<void> {
    return this.server.remove();
  }
}

/**
 * A master, two replicas and three Sentinels of which two must agree.
 *
 * `min-replicas-to-write` is 1: a master that lost both replicas, because a partition cut it off or because they died, refuses
 * writes instead of taking payments that no failover would carry over. The gateway turns that into refusals that are safe to
 * repeat. It leaves one window open that no setting of Redis closes: what was written and not yet replicated when the master dies.
 */
export class SentinelTrio implements Topology {
  readonly env;
  readonly client;

  private constructor(
    private readonly servers: readonly RedisServer[],
    private readonly sentinels: readonly RedisServer[],
    lock: StoreLock | undefined,
  ) {
    this.env = {
      REDIS_SENTINELS: sentinels.map(({ address }) => address).join(','),
      REDIS_SENTINEL_NAME: MASTER_NAME,
      ...(lock && { ...lock.env, REDIS_SENTINEL_PASSWORD: lock.password }),
    };
    this.client = new Redis({
      sentinels: sentinels.map(({ port }) => ({ host: HOST, port })),
      name: MASTER_NAME,
      maxRetriesPerRequest: null,
      ...(lock && {
        ...lock.options,
        enableTLSForSentinelMode: true,
        sentinelTLS: lock.options.tls!,
        sentinelPassword: lock.password,
      }),
    });
    this.client.on('error', () => {});
  }

  static async start(lock?: StoreLock): Promise<SentinelTrio> {
    const [masterPort, ...others] = await freePorts(MASTERS + SENTINELS);
    const settings = ['--min-replicas-to-write', '1', '--repl-diskless-sync-delay', '0'];
    if (lock) settings.push('--masterauth', lock.password);
    const replica = [...settings, '--replicaof', `${HOST} ${masterPort}`];
    const servers = await Promise.all([
      RedisServer.startLocked(lock, masterPort!, ...settings),
      ...others.slice(0, 2).map((port) => RedisServer.startLocked(lock, port, ...replica)),
    ]);
    await eventually(() => hasReplicas(servers[0], 2), { timeoutMs: 15_000, what: 'two replicas' });
    const lines = [
      `sentinel monitor ${MASTER_NAME} ${HOST} ${masterPort} 2`,
      `sentinel down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout ${MASTER_NAME} 10000`,
      ...(lock
        ? [`sentinel auth-pass ${MASTER_NAME} ${lock.password}`, `sentinel sentinel-pass ${lock.password}`]
        : []),
    ];
    const sentinels = await Promise.all(
      others.slice(2).map((port) => RedisServer.startSentinel(port, lines, lock)),
    );
    for (const sentinel of sentinels) {
      await eventually(() => knowsAll(sentinel), { timeoutMs: 15_000, what: 'Sentinels that know all' });
    }
    return new SentinelTrio(servers, sentinels, lock);
  }

  /** The server that the Sentinels name. */
  async master(): Promise<RedisServer> {
    const named = (await this.sentinels[0]!.redis.call(
      'SENTINEL',
      'GET-MASTER-ADDR-BY-NAME',
      MASTER_NAME,
    )) as string[];
    return this.servers.find(({ port }) => String(port) === named[1])!;
  }

  /** @returns the one that was killed */
  async killMaster(): Promise<RedisServer> {
    const master = await this.master();
    await master.kill();
    return master;
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    // Sentinels first: they would call an election.
    await Promise.all(this.sentinels.map((server) => server.remove()));
    await Promise.all(this.servers.map((server) => server.remove()));
  }
}

/** Three masters without replicas. */
export class SlotCluster implements Topology {
  readonly env;
  readonly client;

  private constructor(
    private readonly servers: readonly RedisServer[],
    lock: StoreLock | undefined,
  ) {
    this.env = { REDIS_CLUSTER_NODES: servers.map(({ address }) => address).join(','), ...lock?.env };
    const nodes = servers.map(({ port }) => ({ host: HOST, port }));
    this.client = new Cluster(nodes, { redisOptions: { ...lock?.options } });
    this.client.on('error', () => {});
  }

  static async start(lock?: StoreLock): Promise<SlotCluster> {
    const ports = await freePorts(2 * MASTERS);
    const busPorts = ports.splice(MASTERS);
    const servers = await Promise.all(
      ports.map((port, i) =>
        RedisServer.startLocked(
          lock,
          port,
          ...['--cluster-enabled', 'yes', '--cluster-port', String(busPorts[i])],
          ...(lock ? ['--tls-cluster', 'yes'] : []),
        ),
      ),
    );
    for (const [i, { redis }] of servers.entries()) {
      const [from, to] = [i, i + 1].map((n) => Math.floor((n * SLOTS) / MASTERS)) as [number, number];
      await redis.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to - 1));
      await redis.call('CLUSTER', 'MEET', HOST, String(ports[0]), String(busPorts[0]));
    }
    for (const server of servers) {
      await eventually(() => seesAllSlots(server), { timeoutMs: 15_000, what: 'a whole cluster' });
    }
    return new SlotCluster(servers, lock);
  }

  /** The master that has the partition of a group. */
  async masterOf(groupId: string): Promise<RedisServer> {
    const slot = await this.slotOf(groupId);
    const ranges = (await this.servers[0]!.redis.call('CLUSTER', 'SLOTS')) as [
      number,
      number,
      [string, number],
    ][];
    const [, , [, port]] = ranges.find(([from, to]) => from <= slot && slot <= to)!;
    return this.servers.find((server) => server.port === port)!;
  }

  /** Moves the slot of a group's partition to another master, in the steps that `redis-cli --cluster reshard` takes. */
  async migrateSlotOf(groupId: string): Promise<{ keys: number; ms: number }> {
    const slot = String(await this.slotOf(groupId));
    const source = await this.masterOf(groupId);
    const target = this.servers.find((server) => server !== source)!;
    const [sourceId, targetId] = await Promise.all(
      [source, target].map(({ redis }) => redis.cluster('MYID')),
    );
    const begin = Date.now();
    let moved = 0;
    await target.redis.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(sourceId));
    await source.redis.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', String(targetId));
    for (;;) {
      const keys = (await source.redis.call(
        'CLUSTER',
        'GETKEYSINSLOT',
        slot,
        String(KEYS_PER_STEP),
      )) as string[];
      if (keys.length === 0) break;
      await source.redis.call('MIGRATE', HOST, String(target.port), '', '0', '5000', 'KEYS', ...keys);
      moved += keys.length;
    }
    for (const { redis } of [target, source, ...this.servers.filter((s) => s !== source && s !== target)]) {
      await redis.call('CLUSTER', 'SETSLOT', slot, 'NODE', String(targetId));
    }
    return { keys: moved, ms: Date.now() - begin };
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await Promise.all(this.servers.map((server) => server.remove()));
  }

  private async slotOf(groupId: string): Promise<number> {
    return Number(await this.servers[0]!.redis.cluster('KEYSLOT', partitionTag(partitionOf(groupId))));
  }
}

async function hasReplicas({ redis }: RedisServer, count: number): Promise<boolean> {
  const info = await redis.info('replication');
  return info.split('\n').filter((line) => /^slave\d+:.*state=online/.test(line)).length === count;
}

async function knowsAll({ redis }: RedisServer): Promise<boolean> {
  const flat = (await redis.call('SENTINEL', 'MASTER', MASTER_NAME)) as string[];
  const value = (name: string) => flat[flat.indexOf(name) + 1];
  return value('num-slaves') === '2' && value('num-other-sentinels') === String(SENTINELS - 1);
}

async function seesAllSlots({ redis }: RedisServer): Promise<boolean> {
  const info = String(await redis.cluster('INFO'));
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${MASTERS}`);
}
