import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Readiness } from './readiness.js';

/** For orchestrators and balancers. Liveness does not ask the store: restarting an instance mends no store. */
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  live(): object {
    return { status: 'ok', timestamp: new Date().toISOString() };
  }

  /** 503 names what fails. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<object> {
    const checks = await this.readiness.checks();
    const failing = Object.entries(checks).filter(([, state]) => state !== 'ok');
    response.status(failing.length === 0 ? 200 : 503);
    return {
      status: failing.length === 0 ? 'ok' : 'unavailable',
      checks,
      ...(failing.length > 0 && { failing: failing.map(([name]) => name) }),
      timestamp: new Date().toISOString(),
    };
  }
}
