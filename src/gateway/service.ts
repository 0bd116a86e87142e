import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { Heartbeat, Sessions, type Session } from '../connections/index.js';
import { DrainState } from '../edge/index.js';
import type { Logger } from '../logging/index.js';
import { Pulse } from '../presence/index.js';
import { Close } from '../protocol/index.js';
import { HintLine } from '../relay/index.js';
import { ActivityLog } from './activity-log.js';
import { Attendance } from './attendance.js';
import { RollCall } from './roll-call.js';
import { KeyWatch } from './key-watch.js';
import { StatusFeed } from './status-feed.js';

const LOOK_AGAIN_MS = 20;
/** Between two sockets that are sent away, unless time is too short for so calm a pace. */
const CALM_MS = 20;
/** Part of the remaining time within which the last one is told; the rest is for closing, and for who arrives late. */
const PARTING_SHARE = 0.6;

/** The orderly beginning and end of the WebSocket side. */
@Injectable()
export class Service {
  constructor(
    private readonly drainState: DrainState,
    private readonly sessions: Sessions,
    private readonly attendance: Attendance,
    private readonly rollCall: RollCall,
    private readonly heartbeat: Heartbeat,
    private readonly statusFeed: StatusFeed,
    private readonly activity: ActivityLog,
    private readonly keyWatch: KeyWatch,
    private readonly pulse: Pulse,
    private readonly hints: HintLine,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {}

  async start(): Promise<void> {
    await this.hints.start();
    await this.pulse.start((partition) => void this.rollCall.restorePartition(partition));
    this.heartbeat.start((session) => this.endDead(session));
    this.rollCall.start();
    this.statusFeed.start();
    this.activity.start();
    this.keyWatch.start();
  }

  /**
   * Refuses new clients, tells every client to go elsewhere when the frame in hand is answered, waits for them, hands their
   * presence over, and gives the lease up last. Takes DRAIN_TIMEOUT_MS at the most; what is not done by then is what a crash
   * leaves, and others see to it.
   */
  async drain(): Promise<void> {
    const deadline = Date.now() + this.config.drainTimeoutMs;
    this.drainState.begin();
    this.logger.info({ connections: this.sessions.size }, 'draining');
    await this.sendAway(deadline);
    await this.until(deadline, () => this.sendAwayLatecomers());
    await Promise.race([this.attendance.settled(), this.until(deadline, () => false)]);
    this.rollCall.stop();
    this.heartbeat.stop();
    this.pulse.stop();
    this.statusFeed.stop();
    this.activity.stop();
    this.keyWatch.stop();
    this.hints.stop();
    await this.pulse
      .release()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'leases left to expire'));
  }

  private endDead(session: Session): void {
    const { connectionId, principal } = session;
    this.logger.info({ keyId: principal.keyId, connectionId }, 'heartbeat lost');
    session.abandon(Close.heartbeatLost);
  }

  /**
   * Ends the sockets one after the other, so that the other instances are not stormed. Last come those with mail on its way, because
   * a receipt that still comes spares a second delivery, and those with a frame in hand.
   */
  private async sendAway(deadline: number): Promise<void> {
    const sessions = [...this.sessions.all()].sort((a, b) => a.mailInFlight - b.mailInFlight);
    const count = sessions.length;
    const begin = Date.now();
    const time = Math.max(1, Math.min((deadline - begin) * PARTING_SHARE, count * CALM_MS));
    let turn = 0;
    for (let told = 0; told < count;) {
      const due = Math.min(1, (Date.now() - begin + LOOK_AGAIN_MS) / time) * count;
      while (told < due) {
        const session = sessions[turn++]!;
        if (turn <= count && !session.isIdle) {
          sessions.push(session);
        } else {
          session.forceDisconnect('SERVER_SHUTDOWN');
          told++;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  /** Who was let in before the drain may have opened the socket after it. @returns whether nobody is left */
  private sendAwayLatecomers(): boolean {
    for (const session of this.sessions.all()) {
      if (session.isOpen) {
        session.forceDisconnect('SERVER_SHUTDOWN');
      }
    }
    return this.sessions.size === 0;
  }

  private async until(deadline: number, condition: () => boolean): Promise<void> {
    while (!condition() && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}
