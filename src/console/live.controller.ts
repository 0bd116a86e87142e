import { Controller, Get, Req, Res, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import type { ConsoleRequest } from './console-request.js';
import { ConsoleGuard } from './console.guard.js';
import { LiveFeed } from './live-feed.js';
import { tokenOf } from './session-cookie.js';
import { SignIns } from './sign-ins.js';
import { Viewer } from './viewer.js';

/** The stream of everything that changes, as server-sent events. */
@Controller('console/api/live')
@UseGuards(ConsoleGuard)
export class LiveController {
  constructor(
    private readonly feed: LiveFeed,
    private readonly signIns: SignIns,
  ) {}

  /** Ends with the session, and when this instance stops. @throws GatewayError `TOO_MANY_VIEWERS` */
  @Get()
  async watch(@Req() request: ConsoleRequest, @Res() response: Response): Promise<void> {
    const token = tokenOf(request)!;
    const viewer = new Viewer(response, async () => (await this.signIns.find(token)) !== undefined);
    response.once('close', () => this.feed.leave(viewer));
    await this.feed.join(viewer);
  }
}
