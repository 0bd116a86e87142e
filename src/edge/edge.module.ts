import { Module } from '@nestjs/common';
import { DrainState } from './drain-state.js';
import { RateLimits } from './rate-limits.js';

@Module({ providers: [DrainState, RateLimits], exports: [DrainState, RateLimits] })
export class EdgeModule {}
