import { Inject, Injectable } from '@nestjs/common';
import { Sessions } from '../connections/index.js';
import type { Logger } from '../logging/index.js';
import { Presence } from '../presence/index.js';
import { StoreUnavailable } from '../redis/index.js';

const INTERVAL_MS = 1_000;

/** Tells the store when terminals were last heard, in batches: a write per frame would double the cost of a ping. */
@Injectable()
export class ActivityLog {
  private timer: NodeJS.Timeout | undefined;
  private since = Date.now();

  constructor(
    private readonly sessions: Sessions,
    private readonly presence: Presence,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.flush(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async flush(): Promise<void> {
    const from = this.since;
    this.since = Date.now();
    const groups = new Map<string, Map<string, number>>();
    for (const { principal, lastActivity, connectedAt, epoch } of this.sessions.all()) {
      const isNews = lastActivity >= from && lastActivity > connectedAt;
      if (isNews && epoch > 0 && principal.deviceType === 'terminal') {
        const group = groups.get(principal.groupId) ?? new Map<string, number>();
        groups.set(principal.groupId, group.set(principal.keyId, lastActivity));
      }
    }
    try {
      await Promise.all([...groups].map(([groupId, seen]) => this.presence.recordActivity(groupId, seen)));
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) {
        this.logger.error({ err: error }, 'activity could not be recorded');
      }
    }
  }
}
