import { Controller, Get, Headers, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { Config } from '../config/index.js';
import { GatewayError } from '../protocol/index.js';
import { Scrape } from './scrape.js';

/** `GET /metrics` on the port of everybody, where a token is configured and no port of its own. Elsewhere it is not there. */
@Controller('metrics')
export class MetricsController {
  private readonly isServedHere: boolean;

  constructor(
    private readonly scrape: Scrape,
    @Inject('CONFIG') { metricsPort, metricsToken }: Config,
  ) {
    this.isServedHere = metricsPort === 0 && metricsToken !== undefined;
  }

  @Get()
  async metrics(
    @Res({ passthrough: true }) response: Response,
    @Headers('authorization') authorization?: string,
  ): Promise<string> {
    if (!this.isServedHere) {
      throw new GatewayError('NOT_FOUND');
    }
    if (!this.scrape.isAllowed(authorization)) {
      response.setHeader('www-authenticate', 'Bearer');
      throw new GatewayError('UNAUTHORIZED', { message: 'Invalid or missing bearer token' });
    }
    response.setHeader('content-type', this.scrape.contentType);
    return this.scrape.text();
  }
}
