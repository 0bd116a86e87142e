import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { Sessions } from '../connections/index.js';
import { ClientAddress, DrainState, RateLimits } from '../edge/index.js';
import { KeyStore } from '../keys/index.js';
import { GatewayError, WEBSOCKET_PATH, type Principal } from '../protocol/index.js';
import { StoreUnavailable, Turns } from '../redis/index.js';

const MAX_EXTENSIONS_LENGTH = 256;

export const TOO_MANY = 'Too many connection attempts';

/** What a request for an upgrade brings, header before query. */
interface Claim {
  key: string | undefined;
  groupId: string | undefined;
  extensions: string;
}

export interface Admission {
  principal: Principal;
  extensions: ReadonlySet<string>;
}

/** Decides before the upgrade who may connect. */
@Injectable()
export class UpgradeDoor {
  private readonly addresses: ClientAddress;
  private readonly turns = new Turns();
  private inHand = 0;

  constructor(
    private readonly keys: KeyStore,
    private readonly drain: DrainState,
    private readonly limits: RateLimits,
    private readonly sessions: Sessions,
    @Inject('CONFIG') private readonly config: Config,
  ) {
    this.addresses = new ClientAddress(config.trustedProxies);
  }

  /** How long this one is refused as far as this instance knows, to be asked first: it costs next to nothing (ms, 0 = not). */
  refusedFor(request: IncomingMessage): number {
    const key = request.headers['x-api-key'];
    const attempt = { address: this.addresses.of(request), key: typeof key === 'string' ? key : undefined };
    return this.drain.isDraining ? 0 : this.limits.connectRefusedFor(attempt);
  }

  /**
   * @throws GatewayError `NOT_FOUND`, `DRAINING`, `OVERLOADED`, `RATE_LIMITED`, `UNAUTHORIZED`, `GROUP_MISMATCH`,
   *   `STORE_UNAVAILABLE`
   */
  async admit(request: IncomingMessage): Promise<Admission> {
    const url = urlOf(request);
    if (!url || (url.pathname !== WEBSOCKET_PATH && url.pathname !== `${WEBSOCKET_PATH}/`)) {
      throw new GatewayError('NOT_FOUND');
    }
    if (this.drain.isDraining) {
      throw new GatewayError('DRAINING', { retrySafe: true });
    }
    if (this.isFull) {
      throw new GatewayError('OVERLOADED', { retrySafe: true });
    }
    this.inHand++;
    try {
      return await this.turns.run(() => this.judge(request, readClaim(request, url)));
    } finally {
      this.inHand--;
    }
  }

  /** Those in hand count as if they were in: each may be. */
  private get isFull(): boolean {
    const { maxConnections, maxUpgrades } = this.config;
    return (
      (maxUpgrades > 0 && this.inHand >= maxUpgrades) ||
      (maxConnections > 0 && this.sessions.size + this.inHand >= maxConnections)
    );
  }

  private async judge(request: IncomingMessage, claim: Claim): Promise<Admission> {
    // The key is counted known or not, so that a flood costs no look-up.
    refuseAfter(await this.limits.connect({ address: this.addresses.of(request), key: claim.key }));
    const principal = claim.key === undefined ? undefined : await this.authenticate(claim.key);
    if (!principal) {
      throw new GatewayError('UNAUTHORIZED');
    }
    if (claim.groupId !== undefined && claim.groupId !== principal.groupId) {
      throw new GatewayError('FOREIGN_GROUP');
    }
    return { principal, extensions: extensionsOf(claim) };
  }

  private async authenticate(key: string): Promise<Principal | undefined> {
    try {
      return await this.keys.authenticate(key);
    } catch (error) {
      throw error instanceof StoreUnavailable
        ? new GatewayError('STORE_UNAVAILABLE', { retrySafe: true }, { cause: error })
        : error;
    }
  }
}

/** Most clients ask for none, and need no set of their own. */
const NONE: ReadonlySet<string> = new Set();

/** They stay with the connection, so there must not be any number of them. */
function extensionsOf({ extensions }: Claim): ReadonlySet<string> {
  const names = extensions
    .slice(0, MAX_EXTENSIONS_LENGTH)
    .split(/[\s,]+/)
    .filter(Boolean);
  return names.length === 0 ? NONE : new Set(names);
}

/** @param retryAfterMs 0 if the attempt is admitted */
function refuseAfter(retryAfterMs: number): void {
  if (retryAfterMs > 0) {
    throw new GatewayError('RATE_LIMITED', { message: TOO_MANY, retryAfterMs });
  }
}

/** Undefined for a request target that is no path, such as `//`. */
function urlOf(request: IncomingMessage): URL | undefined {
  try {
    return new URL(request.url ?? '/', 'ws://gateway');
  } catch {
    return undefined;
  }
}

function readClaim(request: IncomingMessage, url: URL): Claim {
  const read = (name: string): string | undefined => {
    const header = request.headers[name];
    return (typeof header === 'string' ? header : undefined) || url.searchParams.get(name) || undefined;
  };
  return { key: read('x-api-key'), groupId: read('x-group-id'), extensions: read('x-extensions') ?? '' };
}
