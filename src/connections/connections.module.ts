import { Module } from '@nestjs/common';
import { Heartbeat } from './heartbeat.js';
import { Sessions } from './sessions.js';

@Module({ providers: [Sessions, Heartbeat], exports: [Sessions, Heartbeat] })
export class ConnectionsModule {}
