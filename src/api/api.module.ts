import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { DrainState, EdgeModule } from '../edge/index.js';
import { KeysModule } from '../keys/index.js';
import { PaymentsModule, Waits } from '../payments/index.js';
import { TerminalsModule } from '../terminals/index.js';
import { Courier, WebhooksModule } from '../webhooks/index.js';
import { Answers } from './answers.js';
import { ApiExceptionFilter } from './exception.filter.js';
import { PaymentsController } from './payments.controller.js';
import { Replays } from './replays.js';
import { TerminalsController } from './terminals.controller.js';
import { TransactionsController } from './transactions.controller.js';
import { WebhooksController } from './webhooks.controller.js';

@Module({
  imports: [EdgeModule, KeysModule, PaymentsModule, TerminalsModule, WebhooksModule],
  controllers: [TerminalsController, PaymentsController, TransactionsController, WebhooksController],
  providers: [Answers, Replays, { provide: APP_FILTER, useClass: ApiExceptionFilter }],
})
export class ApiModule {
  constructor(drain: DrainState, waits: Waits, courier: Courier) {
    // A caller who is told now that there is no result yet can ask another instance.
    drain.onBegin(() => waits.endAll());
    drain.onBegin(() => void courier.pause());
  }
}
