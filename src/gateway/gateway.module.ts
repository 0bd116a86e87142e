import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/index.js';
import { EdgeModule } from '../edge/index.js';
import { KeysModule } from '../keys/index.js';
import { MetricsModule } from '../metrics/index.js';
import { PaymentsModule } from '../payments/index.js';
import { PresenceModule } from '../presence/index.js';
import { RelayModule } from '../relay/index.js';
import { TerminalsModule } from '../terminals/index.js';
import { ActivityLog } from './activity-log.js';
import { Attendance } from './attendance.js';
import { RollCall } from './roll-call.js';
import { GatewayExceptionFilter } from './exception.filter.js';
import { KeyWatch } from './key-watch.js';
import { Service } from './service.js';
import { StatusFeed } from './status-feed.js';
import { TerminalGateway } from './terminal.gateway.js';
import { UpgradeDoor } from './upgrade-door.js';

@Module({
  imports: [
    ConnectionsModule,
    EdgeModule,
    KeysModule,
    MetricsModule,
    PaymentsModule,
    PresenceModule,
    RelayModule,
    TerminalsModule,
  ],
  providers: [
    ActivityLog,
    Attendance,
    RollCall,
    GatewayExceptionFilter,
    KeyWatch,
    Service,
    StatusFeed,
    TerminalGateway,
    UpgradeDoor,
  ],
  exports: [Service, UpgradeDoor],
})
export class GatewayModule {}
