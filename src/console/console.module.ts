import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { EdgeModule } from '../edge/index.js';
import { InstancesModule } from '../instances/index.js';
import { KeysModule } from '../keys/index.js';
import { PaymentsModule } from '../payments/index.js';
import { PresenceModule } from '../presence/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { ConsoleDoor, ConsoleGuard } from './console.guard.js';
import { AuditController } from './audit.controller.js';
import { FloorController } from './floor.controller.js';
import { HealthBoard } from './health-board.js';
import { HealthHistoryController } from './health.controller.js';
import { KeysController } from './keys.controller.js';
import { LiveController } from './live.controller.js';
import { LiveFeed } from './live-feed.js';
import { PageController } from './page.controller.js';
import { PageFiles } from './page-files.js';
import { PaymentList } from './payment-list.js';
import { PaymentsController } from './payments.controller.js';
import { PlaygroundController } from './playground.controller.js';
import { SessionController } from './session.controller.js';
import { SignIns } from './sign-ins.js';
import { WebhooksController } from './webhooks.controller.js';

@Module({
  imports: [
    AuditModule,
    EdgeModule,
    InstancesModule,
    KeysModule,
    PaymentsModule,
    PresenceModule,
    WebhooksModule,
  ],
  // The page takes every path that none before it has taken.
  controllers: [
    SessionController,
    KeysController,
    WebhooksController,
    AuditController,
    PlaygroundController,
    LiveController,
    FloorController,
    PaymentsController,
    HealthHistoryController,
    PageController,
  ],
  providers: [ConsoleDoor, ConsoleGuard, HealthBoard, LiveFeed, PageFiles, PaymentList, SignIns],
})
export class ConsoleModule {}
