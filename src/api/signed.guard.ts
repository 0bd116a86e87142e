import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { ClientAddress, DrainState, jsonBody, RateLimits } from '../edge/index.js';
import { isSignedBy, KeyStore, signedAt, type Credentials } from '../keys/index.js';
import type { Logger } from '../logging/index.js';
import { GatewayError } from '../protocol/index.js';
import type { ApiRequest } from './api-request.js';
import { Replays } from './replays.js';

const CHANGING = new Set(['POST', 'PUT', 'DELETE']);
const PAYMENT_PATH = /^\/v1\/terminals\/[^/]+\/payments$/;

/** Lets signed requests in: known key, then time, then signature, and each signature that changes something only once. */
@Injectable()
export class SignedGuard implements CanActivate {
  private readonly addresses: ClientAddress;

  constructor(
    private readonly keys: KeyStore,
    private readonly limits: RateLimits,
    private readonly drain: DrainState,
    private readonly replays: Replays,
    @Inject('CONFIG') config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {
    this.addresses = new ClientAddress(config.trustedProxies);
  }

  /**
   * @throws GatewayError `DRAINING`, `RATE_LIMITED`, `UNAUTHORIZED`, `GROUP_MISMATCH`, `TIMESTAMP_EXPIRED`,
   *   `INVALID_SIGNATURE`
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ApiRequest>();
    if (this.drain.isDraining) {
      throw new GatewayError('DRAINING');
    }
    const key = presentedKey(request);
    refuseAfter(await this.limits.request({ address: this.addresses.of(request), key }));
    if (key === undefined) {
      throw new GatewayError('UNAUTHORIZED');
    }
    const { principal, secret } = await this.knownKey(request, key);
    request.signedAt = await this.signedAt(request, principal.groupId, secret);
    request.principal = principal;
    request.actor = { kind: 'key', id: principal.keyId };
    return true;
  }

  private async knownKey({ headers }: ApiRequest, key: string): Promise<Credentials> {
    const known = await this.keys.credentials(key);
    if (!known) {
      throw new GatewayError('UNAUTHORIZED');
    }
    const group = headers['x-group-id'];
    if (group !== undefined && group !== '' && group !== known.principal.groupId) {
      throw new GatewayError('FOREIGN_GROUP');
    }
    return known;
  }

  /** @returns when it was signed */
  private async signedAt(request: ApiRequest, groupId: string, secret: string | undefined): Promise<number> {
    const { method, originalUrl, headers, body = Buffer.alloc(0) } = request;
    const timestamp = String(headers['x-timestamp'] ?? '');
    const at = signedAt(timestamp);
    if (at === undefined) {
      throw new GatewayError('TIMESTAMP_EXPIRED');
    }
    const signature = String(headers['x-signature'] ?? '');
    const path = originalUrl.split('?', 1)[0]!;
    if (secret === undefined) {
      this.logger.warn({ requestId: request.requestId }, 'a key without a secret can not sign requests');
    }
    if (secret === undefined || !isSignedBy(secret, { method, path, timestamp, body }, signature)) {
      throw new GatewayError('INVALID_SIGNATURE');
    }
    const once = CHANGING.has(method) && !isIdempotentPayment(request, path);
    if (once && !(await this.replays.use(groupId, signature, at))) {
      throw new GatewayError('SIGNATURE_REPEATED');
    }
    return at;
  }
}

function presentedKey({ headers }: ApiRequest): string | undefined {
  const key = headers['x-api-key'];
  return typeof key === 'string' && key !== '' ? key : undefined;
}

function refuseAfter(retryAfterMs: number): void {
  if (retryAfterMs > 0) {
    throw new GatewayError('RATE_LIMITED', { retryAfterMs });
  }
}

/** A payment under an id of the caller's is carried out once, however often it is asked for. */
function isIdempotentPayment(request: ApiRequest, path: string): boolean {
  if (request.method !== 'POST' || !PAYMENT_PATH.test(path)) {
    return false;
  }
  try {
    const id = jsonBody(request).body['transactionId'];
    return typeof id === 'string' && id !== '';
  } catch {
    return false;
  }
}
