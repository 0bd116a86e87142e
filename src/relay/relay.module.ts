import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/index.js';
import { PresenceModule } from '../presence/index.js';
import { HintLine } from './hint-line.js';
import { ReceiptDesk } from './receipt-desk.js';
import { Relay } from './relay.js';

@Module({
  imports: [ConnectionsModule, PresenceModule],
  providers: [HintLine, ReceiptDesk, Relay],
  exports: [HintLine, Relay],
})
export class RelayModule {}
