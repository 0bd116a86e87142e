import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/index.js';
import { PresenceModule } from '../presence/index.js';
import { RelayModule } from '../relay/index.js';
import { TerminalsModule } from '../terminals/index.js';
import { Cancellations } from './cancellations.js';
import { Dispatch } from './dispatch.js';
import { Interruptions } from './interruptions.js';
import { LateResults } from './late-results.js';
import { Ledger } from './ledger.js';
import { Outcomes } from './outcomes.js';
import { Payments } from './payments.js';
import { Stages } from './stages.js';

@Module({
  imports: [ConnectionsModule, PresenceModule, RelayModule, TerminalsModule],
  providers: [Ledger, Payments, LateResults, Outcomes, Stages, Dispatch, Interruptions, Cancellations],
  exports: [Payments, LateResults, Outcomes, Stages, Interruptions, Cancellations],
})
export class PaymentsModule {}
