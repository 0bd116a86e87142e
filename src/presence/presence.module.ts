import { Module } from '@nestjs/common';
import { MetricsModule } from '../metrics/index.js';
import { Backlogs } from './backlog.js';
import { FloorIndex } from './floor-index.js';
import { Presence } from './presence.js';
import { Pulse } from './pulse.js';
import { Reaper } from './reaper.js';

@Module({
  imports: [MetricsModule],
  providers: [Backlogs, FloorIndex, Presence, Pulse, Reaper],
  exports: [Backlogs, FloorIndex, Presence, Pulse],
})
export class PresenceModule {}
