/** Most calls of one endpoint under way on this instance. */
const WIDTH = 4;
/** After a call in vain an endpoint has to prove itself first: many dead ones must not take up all the room together. */
const NARROW_WIDTH = 1;
const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 30_000;
const FIRST_GUESS_MS = 50;
/** Weight of the latest call in the mean duration. */
const NEWS = 0.3;
const MOST_LANES = 10_000;

interface Lane {
  running: number;
  meanMs: number;
  isFailing: boolean;
  /** When the last of those that were sent away is to come back, ms. */
  lastTurn: number;
}

/** Whether a call may be made now; if not, when to ask again. */
export type Admission = { kind: 'admitted' } | { kind: 'full'; pauseMs: number };

/**
 * Keeps the calls of one endpoint from taking the room of others. Who finds its endpoint full is sent away for a while that
 * grows with the number of those sent away before, at the pace at which the endpoint answers: however many wait, they come
 * back about as fast as they can be served.
 */
export class Lanes {
  private readonly lanes = new Map<string, Lane>();

  /** Who was admitted must {@link leave}. */
  enter(endpointId: string, now = Date.now()): Admission {
    const lane = this.lane(endpointId, now);
    const width = lane.isFailing ? NARROW_WIDTH : WIDTH;
    if (lane.running < width) {
      lane.running++;
      return { kind: 'admitted' };
    }
    lane.lastTurn = Math.min(Math.max(lane.lastTurn, now) + lane.meanMs / width, now + LONGEST_PAUSE_MS);
    // Of those at the longest pause many come back together: spread them.
    const pauseMs = (lane.lastTurn - now) * (0.5 + Math.random() / 2);
    return { kind: 'full', pauseMs: Math.max(SHORTEST_PAUSE_MS, Math.round(pauseMs)) };
  }

  /** @param call undefined if no call was made after all */
  leave(endpointId: string, call?: { durationMs: number; isDelivered: boolean }): void {
    const lane = this.lanes.get(endpointId)!;
    lane.running--;
    if (call) {
      lane.isFailing = !call.isDelivered;
      lane.meanMs += (call.durationMs - lane.meanMs) * NEWS;
    }
  }

  private lane(endpointId: string, now: number): Lane {
    let lane = this.lanes.get(endpointId);
    if (!lane) {
      if (this.lanes.size >= MOST_LANES) {
        this.forgetIdle(now);
      }
      lane = { running: 0, meanMs: FIRST_GUESS_MS, isFailing: false, lastTurn: 0 };
      this.lanes.set(endpointId, lane);
    }
    return lane;
  }

  private forgetIdle(now: number): void {
    for (const [endpointId, { running, lastTurn }] of this.lanes) {
      if (running === 0 && lastTurn <= now) {
        this.lanes.delete(endpointId);
      }
    }
  }
}
