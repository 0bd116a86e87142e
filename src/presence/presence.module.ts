import { Module } from '@nestjs/common';
import { Presence } from './presence.js';
import { Pulse } from './pulse.js';
import { Reaper } from './reaper.js';

@Module({ providers: [Presence, Pulse, Reaper], exports: [Presence, Pulse] })
export class PresenceModule {}
