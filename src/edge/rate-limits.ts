import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../config/index.js';
import type { Logger } from '../logging/index.js';
import { Store } from '../redis/index.js';

const MINUTE_S = 60;
/** A shop has several tills behind one address: it may ask for as much as this many keys. */
const KEYS_PER_ADDRESS = 10;
/** Whoever signs in at the console makes one attempt, or a few; who makes more is guessing. */
const SIGN_INS_PER_MINUTE = 10;
/** Of all addresses together: bounds what guessing from many of them costs, and is far above what operators need. */
const ALL_SIGN_INS_PER_MINUTE = 300;
const EVERYBODY = 'all';

/** One kind of attempts, counted for whoever makes them. */
interface Limit {
  /** How long somebody is still refused, as far as this instance knows: nothing is counted or asked (ms, 0 = not). */
  refusedFor(who: string): number;
  /** Counts one attempt, or says how long to wait for it (ms). 0 = admitted. */
  count(who: string): Promise<number>;
}

const NO_LIMIT: Limit = { refusedFor: () => 0, count: () => Promise.resolve(0) };

/** The library's own memory of who is refused; public there, but missing from its types. */
interface Memory {
  getInMemoryBlockMsBeforeExpire(storeKey: string): number;
}

/** Who makes an attempt: its address, and the key it presents, known or not. */
export interface Attempt {
  address: string;
  key: string | undefined;
}

/**
 * How often somebody may connect or ask, counted over all instances in the store. Without the store each instance counts by
 * itself; who is over a limit is refused from memory, so that a flood costs the store nothing. What is refused for its key
 * does not count for its address: the other tills of the shop can go on.
 *
 * | key | type | content |
 * |---|---|---|
 * | `limit:<what>:<address, SHA-256 of the key, or 'all'>` | string | how often in the running minute |
 */
@Injectable()
export class RateLimits {
  private readonly connects: Limits;
  private readonly requests: Limits;
  private readonly signIns: Limits;

  constructor(
    private readonly store: Store,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {
    const { connectsPerMinute, requestsPerMinute } = config;
    this.connects = [
      this.limit('connects-of-address', connectsPerMinute),
      this.limit('connects-of-key', connectsPerMinute),
    ];
    this.requests = [
      this.limit('requests-of-address', requestsPerMinute * KEYS_PER_ADDRESS),
      this.limit('requests-of-key', requestsPerMinute),
    ];
    this.signIns = [
      this.limit('sign-ins-of-address', SIGN_INS_PER_MINUTE),
      this.limit('sign-ins', ALL_SIGN_INS_PER_MINUTE),
    ];
  }

  /** An attempt to open a WebSocket. @returns how long to wait for it (ms). 0 = admitted */
  connect(attempt: Attempt): Promise<number> {
    return admit(this.connects, attempt);
  }

  /** As {@link refusedFor}, of an attempt to open a WebSocket. */
  connectRefusedFor(attempt: Attempt): number {
    return refusedBy(this.connects, attempt);
  }

  /** An HTTP request. @returns how long to wait for it (ms). 0 = admitted */
  request(attempt: Attempt): Promise<number> {
    return admit(this.requests, attempt);
  }

  /** An attempt to sign in at the console. @returns how long to wait for it (ms). 0 = admitted */
  async signIn(address: string): Promise<number> {
    const [ofAddress, ofAll] = this.signIns;
    const refusedFor = ofAddress.refusedFor(address) || ofAll.refusedFor(EVERYBODY);
    return refusedFor || (await ofAddress.count(address)) || ofAll.count(EVERYBODY);
  }

  /**
   * Whether an HTTP request is refused as far as this instance knows, without counting it.
   * @returns how long to wait (ms). 0 = ask {@link request}
   */
  refusedFor(attempt: Attempt): number {
    return refusedBy(this.requests, attempt);
  }

  /** @param perMinute 0 = no limit */
  private limit(what: string, perMinute: number): Limit {
    if (perMinute === 0) {
      return NO_LIMIT;
    }
    const rule = { points: perMinute, duration: MINUTE_S };
    const limiter = new RateLimiterRedis({
      ...rule,
      storeClient: this.store.commands,
      keyPrefix: `${this.config.redisKeyPrefix}:limit:${what}`,
      inMemoryBlockOnConsumed: perMinute,
      rejectIfRedisNotReady: true,
      insuranceLimiter: new RateLimiterMemory(rule),
    });
    const memory = limiter as unknown as Memory;
    return {
      refusedFor: (who) => memory.getInMemoryBlockMsBeforeExpire(limiter.getKey(who)),
      count: async (who) => {
        try {
          await limiter.consume(who);
          return 0;
        } catch (refusal) {
          if (refusal instanceof RateLimiterRes) {
            return Math.max(1, refusal.msBeforeNext);
          }
          // A limit that cannot be counted must not keep a shop from paying.
          this.logger.warn({ err: refusal, limit: what }, 'rate limit could not be counted');
          return 0;
        }
      },
    };
  }
}

/** Narrow and wide, or wide and narrow: both must admit. */
type Limits = readonly [first: Limit, second: Limit];

async function admit(limits: Limits, attempt: Attempt): Promise<number> {
  const [ofAddress, ofKey] = limits;
  const { address } = attempt;
  return refusedBy(limits, attempt) || (await ofAddress.count(address)) || (await countKey(ofKey, attempt));
}

function refusedBy([ofAddress, ofKey]: Limits, { address, key }: Attempt): number {
  return ofAddress.refusedFor(address) || (key ? ofKey.refusedFor(hashOf(key)) : 0);
}

function countKey(ofKey: Limit, { key }: Attempt): Promise<number> | number {
  return key ? ofKey.count(hashOf(key)) : 0;
}

/** No key lies in the store, or in memory for longer than its request, as it is. */
function hashOf(key: string): string {
  return hash('sha256', key, 'base64url');
}
