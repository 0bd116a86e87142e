import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { EdgeModule } from '../edge/index.js';
import { KeysModule } from '../keys/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { ConsoleDoor, ConsoleGuard } from './console.guard.js';
import { SessionController } from './session.controller.js';
import { SignIns } from './sign-ins.js';

@Module({
  imports: [AuditModule, EdgeModule, KeysModule, WebhooksModule],
  controllers: [SessionController],
  providers: [ConsoleDoor, ConsoleGuard, SignIns],
})
export class ConsoleModule {}
