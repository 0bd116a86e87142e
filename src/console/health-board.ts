import { Injectable } from '@nestjs/common';
import { Instances } from '../instances/index.js';
import { Backlogs } from '../presence/index.js';
import { Store } from '../redis/index.js';
import type { HealthHistory, HealthView } from './views.js';

/** Sets that hold no deadlines: mail waits for its reader, however long that takes. */
const MAIL = 'mail';
/** The set of open payments, by their deadlines. */
const OPEN_PAYMENTS = 'due';

/** How the gateway as a whole is. */
@Injectable()
export class HealthBoard {
  constructor(
    private readonly store: Store,
    private readonly instances: Instances,
    private readonly backlogs: Backlogs,
  ) {}

  async view(): Promise<HealthView> {
    const [instances, store, backlogs] = await Promise.all([
      this.instances.cards(),
      this.store.status(),
      this.backlogs.read(),
    ]);
    const mail = backlogs.get(MAIL);
    const lags = [...backlogs].filter(([name]) => name !== MAIL).map(([, { lagMs }]) => lagMs);
    return {
      now: this.instances.now(),
      instances,
      store,
      mailbox: { waiting: mail?.size ?? 0, oldestMs: mail?.lagMs ?? 0 },
      sweepLagMs: Math.max(0, ...lags),
      openPayments: backlogs.get(OPEN_PAYMENTS)?.size ?? 0,
    };
  }

  history(): Promise<HealthHistory> {
    return this.instances.history();
  }
}
