import type { Client } from '../../src/redis/clients.js';
import { expect } from 'vitest';

export interface DumpedKey {
  content: unknown;
  /** ms; -1 for none. */
  ttl: number;
}

/** Keys by name. */
export type Dump = Record<string, DumpedKey>;

/** Two looks at a key that nobody touched can differ by this much in its time to live. */
const TTL_JITTER_MS = 1_000;

/** Reads every key that matches, with its content in an order that does not depend on how Redis keeps it. */
export async function dumpOf(redis: Client, pattern: string): Promise<Dump> {
  const names = await scan(redis, pattern);
  const entries = await Promise.all(
    names.sort().map(async (name) => [name, await read(redis, name)] as const),
  );
  return Object.fromEntries(entries);
}

/** The same keys with the same content, and each with the same time to live but for the time that has passed. */
export function expectSame(after: Dump, before: Dump): void {
  expect(contentOf(after)).toEqual(contentOf(before));
  for (const [name, { ttl }] of Object.entries(before)) {
    const now = after[name]!.ttl;
    expect(now < 0, `whether ${name} expires`).toBe(ttl < 0);
    expect(Math.abs(now - ttl), `change in the time to live of ${name}`).toBeLessThan(TTL_JITTER_MS);
  }
}

export function contentOf(dump: Dump): Record<string, unknown> {
  return Object.fromEntries(Object.entries(dump).map(([name, { content }]) => [name, content]));
}

async function scan(redis: Client, pattern: string): Promise<string[]> {
  const names = new Set<string>();
  let cursor = '0';
  do {
    const [next, found] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000);
    found.forEach((name) => names.add(name));
    cursor = next;
  } while (cursor !== '0');
  return [...names];
}

async function read(redis: Client, name: string): Promise<DumpedKey> {
  const [type, ttl] = await Promise.all([redis.type(name), redis.pttl(name)]);
  return { content: await contentOfType(redis, name, type), ttl };
}

/** The store may tell the fields of a hash in another order each time; where contents are compared as text, that must not show. */
function inOrder(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function contentOfType(redis: Client, name: string, type: string): Promise<unknown> {
  switch (type) {
    case 'hash':
      return inOrder(await redis.hgetall(name));
    case 'string':
      return redis.get(name);
    case 'zset':
      return redis.zrangebyscore(name, '-inf', '+inf', 'WITHSCORES');
    case 'stream':
      return redis.xrange(name, '-', '+');
    default:
      throw new Error(`${name} is a ${type}, which nobody writes`);
  }
}
