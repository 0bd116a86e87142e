import { Controller, Delete, Get, HttpCode, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import { GATEWAY_VERSION, type Config } from '../config/index.js';
import { Acts, ClientAddress, jsonBody, RateLimits } from '../edge/index.js';
import type { Logger } from '../logging/index.js';
import { GatewayError, validateDto } from '../protocol/index.js';
import type { ConsoleRequest } from './console-request.js';
import { ConsoleDoor, ConsoleGuard } from './console.guard.js';
import { SignInDto } from './dto.js';
import { noCookie, sessionCookie, tokenOf } from './session-cookie.js';
import { SESSION_MS, SignIns, type SignedIn } from './sign-ins.js';
import type { SessionView } from './views.js';

/** Signing in and out. */
@Controller('console/api/session')
export class SessionController {
  private readonly addresses: ClientAddress;

  constructor(
    private readonly signIns: SignIns,
    private readonly limits: RateLimits,
    private readonly acts: Acts,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {
    this.addresses = new ClientAddress(config.trustedProxies);
  }

  /** @throws GatewayError `RATE_LIMITED`, `VALIDATION_FAILED`, `SIGN_IN_REFUSED` */
  @Post()
  @HttpCode(200)
  @UseGuards(ConsoleDoor)
  async signIn(
    @Req() request: ConsoleRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionView> {
    const address = this.addresses.of(request);
    // Counted before the key is looked up: guessing must not be worth while, whatever is guessed.
    const retryAfterMs = await this.limits.signIn(address);
    if (retryAfterMs > 0) {
      throw new GatewayError('RATE_LIMITED', { message: 'Too many attempts to sign in', retryAfterMs });
    }
    const { key } = validateDto(SignInDto, jsonBody(request).body);
    const opened = await this.signIns.open(key);
    const { requestId } = request;
    if (!opened) {
      this.logger.warn({ requestId, address }, 'sign-in at the console refused');
      throw new GatewayError('SIGN_IN_REFUSED');
    }
    const { token, signedIn } = opened;
    const { adminId } = signedIn;
    this.logger.info({ requestId, address, keyId: adminId }, 'signed in at the console');
    request.actor = { kind: 'admin', id: adminId };
    await this.acts.note(request, { action: 'console.signed-in', subject: adminId });
    const isSecure = this.addresses.isSecure(request);
    response.setHeader('set-cookie', sessionCookie(token, { maxAgeMs: SESSION_MS, isSecure }));
    return this.view(signedIn);
  }

  /** 204 if nobody is: that is an answer, and no fault that a browser should complain of. */
  @Get()
  @UseGuards(ConsoleDoor)
  async find(
    @Req() request: ConsoleRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionView | undefined> {
    const token = tokenOf(request);
    const signedIn = token === undefined ? undefined : await this.signIns.find(token);
    if (signedIn !== undefined) {
      return this.view(signedIn);
    }
    if (token !== undefined) {
      response.setHeader('set-cookie', noCookie(this.addresses.isSecure(request)));
    }
    response.status(204);
    return undefined;
  }

  @Delete()
  @HttpCode(204)
  @UseGuards(ConsoleGuard)
  async signOut(
    @Req() request: ConsoleRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    await this.signIns.close(tokenOf(request)!);
    await this.acts.note(request, { action: 'console.signed-out', subject: request.signedIn.adminId });
    response.setHeader('set-cookie', noCookie(this.addresses.isSecure(request)));
  }

  private view({ adminId, expiresAt }: SignedIn): SessionView {
    return { adminId, expiresAt, version: GATEWAY_VERSION, instanceId: this.config.instanceId };
  }
}
