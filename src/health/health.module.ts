import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { PresenceModule } from '../presence/index.js';
import { RelayModule } from '../relay/index.js';
import { HealthController } from './health.controller.js';
import { DRAINING, Readiness } from './readiness.js';

@Module({})
export class HealthModule {
  /** @param edge the module that knows of the drain, and the provider of it that says so */
  static watching(edge: { module: Type; provider: Type<{ isDraining: boolean }> }): DynamicModule {
    return {
      module: HealthModule,
      imports: [PresenceModule, RelayModule, edge.module],
      controllers: [HealthController],
      providers: [
        Readiness,
        {
          provide: DRAINING,
          inject: [edge.provider],
          useFactory: (service: { isDraining: boolean }) => () => service.isDraining,
        },
      ],
    };
  }
}
