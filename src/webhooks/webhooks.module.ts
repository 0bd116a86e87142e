import { Module } from '@nestjs/common';
import { KeysModule } from '../keys/index.js';
import { MetricsModule } from '../metrics/index.js';
import { PaymentsModule } from '../payments/index.js';
import { PresenceModule } from '../presence/index.js';
import { Courier } from './courier.js';
import { Deliveries } from './deliveries.js';
import { DeliveryLog } from './delivery-log.js';
import { DeliveryQueue } from './delivery-queue.js';
import { EndpointCheck } from './endpoint-check.js';
import { EndpointStore } from './endpoint-store.js';
import { Endpoints } from './endpoints.js';
import { Intake } from './intake.js';
import { Sender } from './sender.js';

@Module({
  imports: [KeysModule, MetricsModule, PaymentsModule, PresenceModule],
  providers: [
    Courier,
    Deliveries,
    DeliveryLog,
    DeliveryQueue,
    EndpointCheck,
    EndpointStore,
    Endpoints,
    Intake,
    Sender,
  ],
  exports: [Courier, Deliveries, DeliveryQueue, Endpoints],
})
export class WebhooksModule {}
