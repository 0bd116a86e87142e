import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { EdgeModule } from '../edge/index.js';
import { KeysModule } from '../keys/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { ConsoleDoor, ConsoleGuard } from './console.guard.js';
import { AuditController } from './audit.controller.js';
import { KeysController } from './keys.controller.js';
import { PageController } from './page.controller.js';
import { PageFiles } from './page-files.js';
import { PlaygroundController } from './playground.controller.js';
import { SessionController } from './session.controller.js';
import { SignIns } from './sign-ins.js';
import { WebhooksController } from './webhooks.controller.js';

@Module({
  imports: [AuditModule, EdgeModule, KeysModule, WebhooksModule],
  // The page takes every path that none before it has taken.
  controllers: [
    SessionController,
    KeysController,
    WebhooksController,
    AuditController,
    PlaygroundController,
    PageController,
  ],
  providers: [ConsoleDoor, ConsoleGuard, PageFiles, SignIns],
})
export class ConsoleModule {}
