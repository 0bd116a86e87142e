import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { EdgeModule } from '../edge/index.js';
import { KeysModule } from '../keys/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { ConsoleDoor, ConsoleGuard } from './console.guard.js';
import { PageController } from './page.controller.js';
import { PageFiles } from './page-files.js';
import { SessionController } from './session.controller.js';
import { SignIns } from './sign-ins.js';

@Module({
  imports: [AuditModule, EdgeModule, KeysModule, WebhooksModule],
  // The page takes every path that none before it has taken.
  controllers: [SessionController, PageController],
  providers: [ConsoleDoor, ConsoleGuard, PageFiles, SignIns],
})
export class ConsoleModule {}
