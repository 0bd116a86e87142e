import type { Config } from '../config/index.js';
import type { Logger } from '../logging/index.js';
import type { Spans } from './span.js';

/** @returns undefined if no collector is configured: then nothing of OpenTelemetry is even loaded */
export async function startTracing(config: Config, logger: Logger): Promise<Spans | undefined> {
  const { otlpEndpoint: endpoint, tracesSampler: sampler } = config;
  if (endpoint === undefined) {
    return undefined;
  }
  const { Collector } = await import('./collector.js');
  logger.info({ endpoint, sampler }, 'traces are sent');
  return new Collector(config, logger);
}
