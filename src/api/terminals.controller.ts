import { Controller, Get, Header, Req, UseGuards } from '@nestjs/common';
import { terminalListText } from '../protocol/index.js';
import { TerminalDirectory } from '../terminals/index.js';
import { JSON_TYPE } from './answers.js';
import { assertDesktop, type ApiRequest } from './api-request.js';
import { SignedGuard } from './signed.guard.js';

/** The terminals of the caller's group. */
@Controller('v1/terminals')
@UseGuards(SignedGuard)
export class TerminalsController {
  constructor(private readonly directory: TerminalDirectory) {}

  @Get()
  @Header('content-type', JSON_TYPE)
  async list(@Req() request: ApiRequest): Promise<string> {
    assertDesktop(request, 'HTTP_LIST_DESKTOP_ONLY');
    const includeOffline = request.query['includeOffline'] === 'true';
    return terminalListText(await this.directory.list(request.principal.groupId, includeOffline));
  }
}
