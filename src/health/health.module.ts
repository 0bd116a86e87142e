import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/index.js';
import { EdgeModule } from '../edge/index.js';
import { MetricsModule } from '../metrics/index.js';
import { PresenceModule } from '../presence/index.js';
import { RelayModule } from '../relay/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsPort } from './metrics-port.js';
import { Readiness } from './readiness.js';
import { Readings } from './readings.js';
import { Scrape } from './scrape.js';

@Module({
  imports: [ConnectionsModule, EdgeModule, MetricsModule, PresenceModule, RelayModule, WebhooksModule],
  controllers: [HealthController, MetricsController],
  providers: [MetricsPort, Readiness, Readings, Scrape],
})
export class HealthModule {}
