import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { sha256Hex, SIGNATURE_WINDOW_MS } from '../keys/index.js';
import { partitionOf, partitionTag, Store } from '../redis/index.js';

/**
 * Remembers signatures for as long as they are valid.
 *
 * | key | type | content |
 * |---|---|---|
 * | `signature:<SHA-256 of it>` | string | which request used it; expires with its window |
 */
@Injectable()
export class Replays {
  constructor(
    private readonly store: Store,
    @Inject('CONFIG') private readonly config: Config,
  ) {}

  /**
   * Uses a signature up.
   * @param signedAt ms since the epoch
   * @returns false if it was used before
   */
  async use(groupId: string, signature: string, signedAt: number): Promise<boolean> {
    const tag = partitionTag(partitionOf(groupId));
    const key = `${this.config.redisKeyPrefix}:${tag}:signature:${sha256Hex(signature)}`;
    const leftMs = Math.max(1, signedAt + SIGNATURE_WINDOW_MS - Date.now()) + 1_000;
    // The client re-sends a command whose reply it lost: the same request must find its own mark and pass.
    const request = randomUUID();
    const holder = await this.store.ask((redis) => redis.set(key, request, 'PX', leftMs, 'NX', 'GET'));
    return holder === null || holder === request;
  }
}
