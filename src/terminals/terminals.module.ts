import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/index.js';
import { KeysModule } from '../keys/index.js';
import { PresenceModule } from '../presence/index.js';
import { TerminalDirectory } from './terminal-directory.js';
import { TerminalResolver } from './terminal-resolver.js';

@Module({
  imports: [ConnectionsModule, KeysModule, PresenceModule],
  providers: [TerminalDirectory, TerminalResolver],
  exports: [TerminalDirectory, TerminalResolver],
})
export class TerminalsModule {}
