import { Module } from '@nestjs/common';
import { PresenceModule } from '../presence/index.js';
import { RelayModule } from '../relay/index.js';
import { TerminalsModule } from '../terminals/index.js';
import { Dispatch } from './dispatch.js';
import { Outcomes } from './outcomes.js';
import { Payments } from './payments.js';

@Module({
  imports: [PresenceModule, RelayModule, TerminalsModule],
  providers: [Payments, Outcomes, Dispatch],
  exports: [Payments, Outcomes],
})
export class PaymentsModule {}
