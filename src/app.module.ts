import { Module, type DynamicModule } from '@nestjs/common';
import { ApiModule } from './api/index.js';
import type { Config } from './config/index.js';
import { ConsoleModule } from './console/index.js';
import { DocumentsModule } from './documents/index.js';
import { GatewayModule } from './gateway/index.js';
import { HealthModule } from './health/index.js';
import type { Logger } from './logging/index.js';
import { Store } from './redis/index.js';
import { Trail } from './tracing/index.js';

/** The ground that every capability stands on, made before the framework starts. */
export interface Ground {
  config: Config;
  logger: Logger;
  store: Store;
  trail: Trail;
}

/** The only wiring: which modules make up an instance. */
@Module({})
export class AppModule {
  static on({ config, logger, store, trail }: Ground): DynamicModule {
    return {
      module: AppModule,
      global: true,
      imports: [ApiModule, ConsoleModule, DocumentsModule, GatewayModule, HealthModule],
      providers: [
        { provide: 'CONFIG', useValue: config },
        { provide: 'LOGGER', useValue: logger },
        { provide: Store, useValue: store },
        { provide: Trail, useValue: trail },
      ],
      exports: ['CONFIG', 'LOGGER', Store, Trail],
    };
  }
}
