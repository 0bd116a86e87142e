import { Inject, Injectable } from '@nestjs/common';
import { Sessions, type Session } from '../connections/index.js';
import type { Logger } from '../logging/index.js';
import { Presence, type Activity } from '../presence/index.js';
import { StoreUnavailable } from '../redis/index.js';

const INTERVAL_MS = 1_000;
/** How often the round trip of a terminal that sends nothing is told at the most: an idle fleet must cost nothing. */
const ROUND_TRIP_INTERVAL_MS = 60_000;
/** A round trip that differs by less than this part of the one that is stored is none worth telling. */
const NOTABLE_CHANGE = 0.25;

/**
 * Tells the store when terminals were last heard and how long their round trip is, in batches: a write per frame would double
 * the cost of a ping.
 */
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
    const groups = new Map<string, Map<string, Activity>>();
    for (const session of this.sessions.all()) {
      const { principal, lastActivity, roundTripMs, epoch } = session;
      const isTerminal = epoch > 0 && principal.deviceType === 'terminal';
      if (isTerminal && (wasHeard(session, from) || hasNewRoundTrip(session, this.since))) {
        const group = groups.get(principal.groupId) ?? new Map<string, Activity>();
        groups.set(principal.groupId, group.set(principal.keyId, { at: lastActivity, roundTripMs }));
        session.storedRoundTripMs = roundTripMs ?? 0;
        session.roundTripStoredAt = roundTripMs === undefined ? 0 : this.since;
      }
    }
    try {
      await Promise.all([...groups].map(([groupId, heard]) => this.presence.recordActivity(groupId, heard)));
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) {
        this.logger.error({ err: error }, 'activity could not be recorded');
      }
    }
  }
}

function wasHeard({ lastActivity, connectedAt }: Session, since: number): boolean {
  return lastActivity >= since && lastActivity > connectedAt;
}

function hasNewRoundTrip(session: Session, now: number): boolean {
  const { roundTripMs, storedRoundTripMs, roundTripStoredAt } = session;
  if (roundTripMs === undefined || now - roundTripStoredAt < ROUND_TRIP_INTERVAL_MS) {
    return false;
  }
  const change = Math.abs(roundTripMs - storedRoundTripMs);
  return roundTripStoredAt === 0 || change > Math.max(1, storedRoundTripMs * NOTABLE_CHANGE);
}
