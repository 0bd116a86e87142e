import { Module } from '@nestjs/common';
import { Backlogs } from './backlog.js';
import { FloorIndex } from './floor-index.js';
import { Presence } from './presence.js';
import { Pulse } from './pulse.js';
import { Reaper } from './reaper.js';

@Module({
  providers: [Backlogs, FloorIndex, Presence, Pulse, Reaper],
  exports: [Backlogs, FloorIndex, Presence, Pulse],
})
export class PresenceModule {}
