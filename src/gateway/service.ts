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
const MOST_WAVES = 20;
const SMALLEST_WAVE = 25;
/** Part of the remaining time over which the waves are spread. */
const WAVE_SHARE = 0.5;

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
   * Refuses new clients, finishes the frames in hand, tells every client to go elsewhere, waits for them, hands their
   * presence over, and gives the lease up last. Takes DRAIN_TIMEOUT_MS at the most; what is not done by then is what a crash
   * leaves, and others see to it.
   */
  async drain(): Promise<void> {
    const deadline = Date.now() + this.config.drainTimeoutMs;
    this.drainState.begin();
    this.logger.info({ connections: this.sessions.size }, 'draining');
    await this.until(deadline - this.config.drainTimeoutMs / 2, () =>
      [...this.sessions.all()].every((s) => s.isIdle),
    );
    await this.sendAway(deadline);
    await this.until(deadline, () => this.sessions.size === 0);
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
   * Ends the sockets in waves, so that the other instances are not stormed; those with mail on its way go last, because a
   * receipt that still comes spares a second delivery.
   */
  private async sendAway(deadline: number): Promise<void> {
    const sessions = [...this.sessions.all()].sort((a, b) => a.mailInFlight.size - b.mailInFlight.size);
    const waves = Math.min(MOST_WAVES, Math.ceil(sessions.length / SMALLEST_WAVE));
    const pause = ((deadline - Date.now()) * WAVE_SHARE) / Math.max(1, waves);
    for (let wave = 0; wave < waves; wave++) {
      const size = Math.ceil(sessions.length / waves);
      sessions
        .slice(wave * size, (wave + 1) * size)
        .forEach((session) => session.forceDisconnect('SERVER_SHUTDOWN'));
      if (wave < waves - 1) {
        const jittered = pause * (0.5 + Math.random() * 0.5);
        await new Promise((resolve) => setTimeout(resolve, jittered));
      }
    }
  }

  private async until(deadline: number, condition: () => boolean): Promise<void> {
    while (!condition() && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}
