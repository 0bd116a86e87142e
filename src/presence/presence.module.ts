import { Module } from '@nestjs/common';
import { MetricsModule } from '../metrics/index.js';
import { Backlogs } from './backlog.js';
import { FloorIndex } from './floor-index.js';
import { ListReader } from './list-reader.js';
import { Presence } from './presence.js';
import { Pulse } from './pulse.js';
import { Reaper } from './reaper.js';

@Module({
  imports: [MetricsModule],
  providers: [Backlogs, FloorIndex, ListReader, Presence, Pulse, Reaper],
  exports: [Backlogs, FloorIndex, ListReader, Presence, Pulse],
})
export class PresenceModule {}
