import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';
import type { Config } from '../config/index.js';
import { ClientAddress, DrainState, RateLimits } from '../edge/index.js';
import { GatewayError } from '../protocol/index.js';
import type { ConsoleRequest } from './console-request.js';
import { noCookie, tokenOf } from './session-cookie.js';
import { SignIns } from './sign-ins.js';

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;
const READING = new Set(['GET', 'HEAD']);

/** What every request to the console has to pass, signed in or not. */
@Injectable()
export class ConsoleDoor implements CanActivate {
  private readonly addresses: ClientAddress;

  constructor(
    private readonly limits: RateLimits,
    private readonly drain: DrainState,
    @Inject('CONFIG') config: Config,
  ) {
    this.addresses = new ClientAddress(config.trustedProxies);
  }

  /** @throws GatewayError `DRAINING`, `RATE_LIMITED`, `FOREIGN_ORIGIN`, `UNSUPPORTED_MEDIA_TYPE` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ConsoleRequest>();
    if (this.drain.isDraining) {
      throw new GatewayError('DRAINING');
    }
    const address = this.addresses.of(request);
    const retryAfterMs = await this.limits.request({ address, key: undefined });
    if (retryAfterMs > 0) {
      throw new GatewayError('RATE_LIMITED', { retryAfterMs });
    }
    if (!READING.has(request.method)) {
      assertOwnPage(request);
    }
    return true;
  }
}

/** Lets in who is signed in, with a request that only the console's own page can make. */
@Injectable()
export class ConsoleGuard implements CanActivate {
  private readonly addresses: ClientAddress;

  constructor(
    private readonly door: ConsoleDoor,
    private readonly signIns: SignIns,
    @Inject('CONFIG') config: Config,
  ) {
    this.addresses = new ClientAddress(config.trustedProxies);
  }

  /** @throws GatewayError as {@link ConsoleDoor}, and `SIGN_IN_REQUIRED` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.door.canActivate(context);
    const http = context.switchToHttp();
    const request = http.getRequest<ConsoleRequest>();
    const token = tokenOf(request);
    const signedIn = token === undefined ? undefined : await this.signIns.find(token);
    if (signedIn === undefined) {
      const cookie = noCookie(this.addresses.isSecure(request));
      http.getResponse<Response>().setHeader('set-cookie', cookie);
      throw new GatewayError('SIGN_IN_REQUIRED');
    }
    request.signedIn = signedIn;
    request.actor = { kind: 'admin', id: signedIn.adminId };
    return true;
  }
}

/**
 * SameSite alone does not protect old browsers from requests that another site makes in the operator's name. A form can not
 * send JSON, a script of another site can not without asking first, and a browser says where a request comes from.
 */
function assertOwnPage({ headers }: ConsoleRequest): void {
  const { origin, host = '' } = headers;
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host.toLowerCase())) {
    throw new GatewayError('FOREIGN_ORIGIN');
  }
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) {
    throw new GatewayError('UNSUPPORTED_MEDIA_TYPE', { message: 'content-type must be application/json' });
  }
}
