import { Module } from '@nestjs/common';
import { EdgeModule } from '../edge/index.js';
import { PresenceModule } from '../presence/index.js';
import { RelayModule } from '../relay/index.js';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';

@Module({
  imports: [EdgeModule, PresenceModule, RelayModule],
  controllers: [HealthController],
  providers: [Readiness],
})
export class HealthModule {}
