import { Module } from '@nestjs/common';
import { FloorIndex } from './floor-index.js';
import { Presence } from './presence.js';
import { Pulse } from './pulse.js';
import { Reaper } from './reaper.js';

@Module({ providers: [FloorIndex, Presence, Pulse, Reaper], exports: [FloorIndex, Presence, Pulse] })
export class PresenceModule {}
