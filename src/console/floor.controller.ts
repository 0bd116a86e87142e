import { Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { jsonBody } from '../edge/index.js';
import { Instances } from '../instances/index.js';
import { FloorIndex, fromMember, memberOf, type Activity } from '../presence/index.js';
import { validateDto, validationFailed } from '../protocol/index.js';
import { byPartition } from '../redis/index.js';
import type { ConsoleRequest } from './console-request.js';
import { ConsoleGuard } from './console.guard.js';
import { FloorKeyDto } from './dto.js';
import type { ActivityView } from './views.js';

const MOST_TERMINALS = 200;

/** What changes too often to be pushed: the page asks for it of the terminals that it shows. */
@Controller('console/api/floor')
@UseGuards(ConsoleGuard)
export class FloorController {
  constructor(
    private readonly floor: FloorIndex,
    private readonly instances: Instances,
  ) {}

  /** @throws GatewayError `VALIDATION_FAILED` */
  @Post('activity')
  @HttpCode(200)
  async activity(@Req() request: ConsoleRequest): Promise<ActivityView> {
    const members = readMembers(jsonBody(request).body['terminals']);
    const found = new Map<string, Activity>();
    for (const [partition, ofPartition] of byPartition(members, (member) => fromMember(member).groupId)) {
      const activity = await this.floor.activity(partition, ofPartition);
      ofPartition.forEach((member, i) => found.set(member, activity[i]!));
    }
    const activity = members.map((member) => {
      const { groupId, id: keyId } = fromMember(member);
      const { at, roundTripMs } = found.get(member)!;
      return {
        groupId,
        keyId,
        ...(at > 0 && { lastActivity: at }),
        ...(roundTripMs !== undefined && { roundTripMs }),
      };
    });
    return { now: this.instances.now(), activity };
  }
}

function readMembers(terminals: unknown): string[] {
  if (!Array.isArray(terminals) || terminals.length > MOST_TERMINALS) {
    const message = `terminals must be an array of at most ${MOST_TERMINALS} elements`;
    throw validationFailed([{ field: 'terminals', message }]);
  }
  return terminals.map((terminal: unknown, i) => {
    const { groupId, keyId } = validateDto(FloorKeyDto, Object(terminal) as object, `terminals[${i}]`);
    return memberOf(groupId, keyId);
  });
}
