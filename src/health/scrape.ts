import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { Metrics } from '../metrics/index.js';
import { Readings } from './readings.js';

/** The metrics as text, for whoever may read them. */
@Injectable()
export class Scrape {
  readonly contentType: string;
  private readonly expected: Buffer | undefined;
  private running: Promise<string> | undefined;

  constructor(
    private readonly readings: Readings,
    private readonly metrics: Metrics,
    @Inject('CONFIG') { metricsToken }: Config,
  ) {
    this.contentType = metrics.registry.contentType;
    this.expected = metricsToken === undefined ? undefined : digest(`Bearer ${metricsToken}`);
  }

  /** @param authorization header of the request. True where no token is configured: then the port decides who comes */
  isAllowed(authorization: string | undefined): boolean {
    return this.expected === undefined || timingSafeEqual(digest(authorization ?? ''), this.expected);
  }

  /** In the text format of Prometheus. Whoever asks while it is put together gets the same text. */
  text(): Promise<string> {
    this.running ??= this.read().finally(() => (this.running = undefined));
    return this.running;
  }

  private async read(): Promise<string> {
    await this.readings.take();
    return this.metrics.registry.metrics();
  }
}

/** Of one length, whatever is presented, so that it can be compared without telling how much of it is right. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
