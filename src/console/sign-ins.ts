import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { KeyStore, sha256Hex } from '../keys/index.js';
import { Store } from '../redis/index.js';

/** How long somebody stays signed in: a working day. */
export const SESSION_MS = 12 * 3_600_000;
const TOKEN_BYTES = 32;

/** Who has signed in, and until when (ms since the epoch). */
export interface SignedIn {
  /** Public name of the admin key. */
  adminId: string;
  /** SHA-256 of the key's text: once that is not accepted any more, neither is what was opened with it. */
  keyHash: string;
  expiresAt: number;
}

/**
 * Who is signed in at the console, on whatever instance. The store holds only what a token hashes to: who reads the store can
 * sign in as nobody.
 *
 * | key | type | content |
 * |---|---|---|
 * | `{console}:session:<SHA-256 of the token>` | string | {@link SignedIn} (JSON); expires with the session |
 */
@Injectable()
export class SignIns {
  constructor(
    private readonly store: Store,
    private readonly keys: KeyStore,
    @Inject('CONFIG') private readonly config: Config,
  ) {}

  /** @returns undefined for anything but the key of an enabled admin */
  async open(key: string): Promise<{ token: string; signedIn: SignedIn } | undefined> {
    const admin = await this.keys.admin(key);
    if (admin === undefined) {
      return undefined;
    }
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const signedIn = { adminId: admin.id, keyHash: admin.keyHash, expiresAt: Date.now() + SESSION_MS };
    await this.store.ask((redis) =>
      redis.set(this.nameOf(token), JSON.stringify(signedIn), 'PX', SESSION_MS),
    );
    return { token, signedIn };
  }

  /** Whose token this is; undefined if the session is over, or the admin's key is disabled or renewed. */
  async find(token: string): Promise<SignedIn | undefined> {
    const text = await this.store.ask((redis) => redis.get(this.nameOf(token)));
    if (text === null) {
      return undefined;
    }
    const signedIn = JSON.parse(text) as SignedIn;
    const { adminId: id, keyHash } = signedIn;
    return (await this.keys.isStillAdmin({ id, keyHash })) ? signedIn : undefined;
  }

  async close(token: string): Promise<void> {
    await this.store.ask((redis) => redis.del(this.nameOf(token)));
  }

  private nameOf(token: string): string {
    return `${this.config.redisKeyPrefix}:{console}:session:${sha256Hex(token)}`;
  }
}
