import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/index.js';
import { MetricsModule } from '../metrics/index.js';
import { PresenceModule } from '../presence/index.js';
import { HintLine } from './hint-line.js';
import { MailMeter } from './mail-meter.js';
import { ReceiptDesk } from './receipt-desk.js';
import { Relay } from './relay.js';

@Module({
  imports: [ConnectionsModule, MetricsModule, PresenceModule],
  providers: [HintLine, MailMeter, ReceiptDesk, Relay],
  exports: [HintLine, Relay],
})
export class RelayModule {}
