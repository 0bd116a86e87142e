import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/index.js';
import { MetricsModule } from '../metrics/index.js';
import { PresenceModule } from '../presence/index.js';
import { RelayModule } from '../relay/index.js';
import { TerminalsModule } from '../terminals/index.js';
import { Cancellations } from './cancellations.js';
import { Dispatch } from './dispatch.js';
import { Interruptions } from './interruptions.js';
import { LateResults } from './late-results.js';
import { Ledger } from './ledger.js';
import { Outcomes } from './outcomes.js';
import { Outbox } from './outbox.js';
import { PaymentIndex } from './payment-index.js';
import { Payments } from './payments.js';
import { Resolutions } from './resolutions.js';
import { Stages } from './stages.js';
import { Waits } from './waits.js';

@Module({
  imports: [ConnectionsModule, MetricsModule, PresenceModule, RelayModule, TerminalsModule],
  providers: [
    Ledger,
    Payments,
    LateResults,
    Outbox,
    Outcomes,
    Stages,
    Dispatch,
    Interruptions,
    Cancellations,
    Waits,
    PaymentIndex,
    Resolutions,
  ],
  exports: [
    Payments,
    LateResults,
    Outbox,
    Outcomes,
    Stages,
    Interruptions,
    Cancellations,
    Waits,
    PaymentIndex,
    Resolutions,
  ],
})
export class PaymentsModule {}
