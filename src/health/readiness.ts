import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { DrainState } from '../edge/index.js';
import { Pulse } from '../presence/index.js';
import { Store } from '../redis/index.js';
import { HintLine } from '../relay/index.js';

const PING_TIMEOUT_MS = 1_000;

export type CheckState = 'ok' | 'failing';

/** Whether this instance can serve: it reaches the store, hears hints, holds its leases and is not on its way out. */
@Injectable()
export class Readiness {
  constructor(
    private readonly store: Store,
    private readonly hints: HintLine,
    private readonly pulse: Pulse,
    private readonly drain: DrainState,
    @Inject('CONFIG') private readonly config: Config,
  ) {}

  async checks(): Promise<Record<'store' | 'subscription' | 'lease' | 'draining', CheckState>> {
    return {
      store: state(await this.storeAnswers()),
      subscription: state(!this.hints.isDeaf),
      lease: state(this.pulse.ageMs < this.config.instanceLeaseMs),
      draining: state(!this.drain.isDraining),
    };
  }

  private async storeAnswers(): Promise<boolean> {
    const timeout = new Promise<boolean>((resolve) =>
      setTimeout(() => resolve(false), PING_TIMEOUT_MS).unref(),
    );
    const answer = this.store
      .ask((redis) => redis.ping())
      .then(
        () => true,
        () => false,
      );
    return Promise.race([answer, timeout]);
  }
}

function state(ok: boolean): CheckState {
  return ok ? 'ok' : 'failing';
}
