import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import { TerminalDirectory } from '../terminals/index.js';
import { assertDesktop, type ApiRequest } from './api-request.js';
import { SignedGuard } from './signed.guard.js';

/** The terminals of the caller's group. */
@Controller('v1/terminals')
@UseGuards(SignedGuard)
export class TerminalsController {
  constructor(private readonly directory: TerminalDirectory) {}

  @Get()
  async list(@Req() request: ApiRequest): Promise<object> {
    assertDesktop(request, 'HTTP_LIST_DESKTOP_ONLY');
    const includeOffline = request.query['includeOffline'] === 'true';
    const terminals = await this.directory.list(request.principal.groupId, includeOffline);
    return { terminals, count: terminals.length, timestamp: new Date().toISOString() };
  }
}
