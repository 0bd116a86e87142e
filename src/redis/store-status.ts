import type { Redis } from 'ioredis';

/** How the store is, all of its servers that hold data together. */
export interface StoreStatus {
  kind: 'embedded' | 'standalone' | 'sentinel' | 'cluster';
  version: string;
  /** Round trip of a ping, of the slowest server, ms. */
  pingMs: number;
  usedMemoryBytes: number;
  commandsPerSecond: number;
  /** Every write reaches the disk (append-only file). */
  isPersistent: boolean;
}

/** @param servers those that hold data of their own */
export async function statusOf(servers: readonly Redis[], kind: StoreStatus['kind']): Promise<StoreStatus> {
  const each = await Promise.all(servers.map(readServer));
  const sum = (of: (server: (typeof each)[number]) => number) =>
    each.reduce((total, server) => total + of(server), 0);
  return {
    kind,
    version: each[0]?.version ?? '',
    pingMs: Math.max(0, ...each.map(({ pingMs }) => pingMs)),
    usedMemoryBytes: sum(({ usedMemoryBytes }) => usedMemoryBytes),
    commandsPerSecond: sum(({ commandsPerSecond }) => commandsPerSecond),
    isPersistent: each.every(({ isPersistent }) => isPersistent),
  };
}

async function readServer(server: Redis): Promise<Omit<StoreStatus, 'kind'>> {
  const begin = performance.now();
  await server.ping();
  const pingMs = Math.round((performance.now() - begin) * 10) / 10;
  const info = String(await server.info());
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
  return {
    version: field('redis_version'),
    pingMs,
    usedMemoryBytes: Number(field('used_memory')),
    commandsPerSecond: Number(field('instantaneous_ops_per_sec')),
    isPersistent: field('aof_enabled') === '1',
  };
}
