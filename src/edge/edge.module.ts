import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { Acts } from './acts.js';
import { DrainState } from './drain-state.js';
import { RateLimits } from './rate-limits.js';

@Module({
  imports: [AuditModule],
  providers: [Acts, DrainState, RateLimits],
  exports: [Acts, DrainState, RateLimits],
})
export class EdgeModule {}
