import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/index.js';
import { EdgeModule } from '../edge/index.js';
import { MetricsModule } from '../metrics/index.js';
import { PresenceModule } from '../presence/index.js';
import { RelayModule } from '../relay/index.js';
import { Instances } from './instances.js';
import { Reporter } from './reporter.js';

@Module({
  imports: [ConnectionsModule, EdgeModule, MetricsModule, PresenceModule, RelayModule],
  providers: [Instances, Reporter],
  exports: [Instances],
})
export class InstancesModule {}
