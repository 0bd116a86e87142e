import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import { AuditLog, type ActPlace, type NotedAct } from '../audit/index.js';
import { validateDto } from '../protocol/index.js';
import type { ConsoleRequest } from './console-request.js';
import { ConsoleGuard } from './console.guard.js';
import { ListActsDto } from './dto.js';
import type { AuditPage, AuditView } from './views.js';

const DEFAULT_LIMIT = '50';

/** Who changed what, when and from where. */
@Controller('console/api/audit')
@UseGuards(ConsoleGuard)
export class AuditController {
  constructor(private readonly audit: AuditLog) {}

  /** @throws GatewayError `VALIDATION_FAILED` */
  @Get()
  async list(@Req() { query }: ConsoleRequest): Promise<AuditPage> {
    const { before, limit = DEFAULT_LIMIT } = validateDto(ListActsDto, query);
    const size = Number(limit);
    const acts = await this.audit.latest(size + 1, before === undefined ? undefined : placeOf(before));
    const shown = acts.slice(0, size);
    const isMore = acts.length > shown.length;
    return { acts: shown.map(viewOf), ...(isMore && { next: cursorOf(shown.at(-1)!) }) };
  }
}

function cursorOf({ at, id }: ActPlace): string {
  return `${at}_${id}`;
}

function placeOf(cursor: string): ActPlace {
  const [at = '', id = ''] = cursor.split('_');
  return { at, id };
}

function viewOf({ id, at, action, actor, from, subject, groupId }: NotedAct): AuditView {
  return { id, at, action, actor, from, subject, ...(groupId !== undefined && { groupId }) };
}
