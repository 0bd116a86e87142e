import { Module } from '@nestjs/common';
import { KeysModule } from '../keys/index.js';
import { PaymentsModule } from '../payments/index.js';
import { Endpoints } from './endpoints.js';

@Module({ imports: [KeysModule, PaymentsModule], providers: [Endpoints], exports: [Endpoints] })
export class WebhooksModule {}
