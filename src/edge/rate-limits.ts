import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../config/index.js';
import type { Logger } from '../logging/index.js';
import { Store } from '../redis/index.js';

const MINUTE_S = 60;
/** A shop has several tills behind one address: it may ask for as much as this many keys. */
const KEYS_PER_ADDRESS = 10;

/** Admits something, or says how long to wait for it (ms). 0 = admitted. */
type Admit = (who: string) => Promise<number>;

/**
 * How often somebody may connect or ask, counted over all instances in the store. Without the store each instance counts by
 * itself; who is over the limit is refused from memory, so that a flood costs the store nothing.
 *
 * | key | type | content |
 * |---|---|---|
 * | `limit:<what>:<address or SHA-256 of the key>` | string | how often in the running minute |
 */
@Injectable()
export class RateLimits {
  /** Attempts to open a WebSocket, by address. */
  readonly connectsOfAddress: Admit;
  /** Attempts to open a WebSocket, by the key they present, known or not: a flood costs no look-up. */
  readonly connectsOfKey: Admit;
  /** HTTP requests, by address, whoever they claim to be. */
  readonly requestsOfAddress: Admit;
  /** HTTP requests, by the key they present. */
  readonly requestsOfKey: Admit;

  constructor(
    private readonly store: Store,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {
    const { connectsPerMinute, requestsPerMinute } = config;
    this.connectsOfAddress = this.limit('connects-of-address', connectsPerMinute);
    this.connectsOfKey = this.byHash(this.limit('connects-of-key', connectsPerMinute));
    this.requestsOfAddress = this.limit('requests-of-address', requestsPerMinute * KEYS_PER_ADDRESS);
    this.requestsOfKey = this.byHash(this.limit('requests-of-key', requestsPerMinute));
  }

  /** No key lies in the store as it is. */
  private byHash(admit: Admit): Admit {
    return (key) => admit(createHash('sha256').update(key).digest('base64url'));
  }

  /** @param perMinute 0 = no limit */
  private limit(what: string, perMinute: number): Admit {
    if (perMinute === 0) {
      return () => Promise.resolve(0);
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
    return async (who) => {
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
    };
  }
}
