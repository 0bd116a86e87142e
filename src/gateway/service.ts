import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { Sessions } from '../connections/index.js';
import type { Logger } from '../logging/index.js';
import { Pulse } from '../presence/index.js';
import { HintLine } from '../relay/index.js';
import { ActivityLog } from './activity-log.js';
import { Attendance } from './attendance.js';
import { KeyWatch } from './key-watch.js';
import { StatusFeed } from './status-feed.js';
import { UpgradeDoor } from './upgrade-door.js';

const LOOK_AGAIN_MS = 20;

/** The orderly beginning and end of the WebSocket side. */
@Injectable()
export class Service {
  constructor(
    private readonly door: UpgradeDoor,
    private readonly sessions: Sessions,
    private readonly attendance: Attendance,
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
    await this.attendance.start();
    this.statusFeed.start();
    this.activity.start();
    this.keyWatch.start();
  }

  /** True from the moment the stop began. */
  get isDraining(): boolean {
    return this.door.isClosed;
  }

  /**
   * Refuses new clients, finishes the frames in hand, tells every client to go elsewhere, waits for them, hands their
   * presence over, and gives the lease up last. Takes DRAIN_TIMEOUT_MS at the most; what is not done by then is what a crash
   * leaves, and others see to it.
   */
  async drain(): Promise<void> {
    const deadline = Date.now() + this.config.drainTimeoutMs;
    this.door.close();
    this.logger.info({ connections: this.sessions.size }, 'draining');
    await this.until(deadline - this.config.drainTimeoutMs / 2, () =>
      [...this.sessions.all()].every((s) => s.isIdle),
    );
    for (const session of this.sessions.all()) {
      session.forceDisconnect('SERVER_SHUTDOWN');
    }
    await this.until(deadline, () => this.sessions.size === 0);
    await Promise.race([this.attendance.settled(), this.until(deadline, () => false)]);
    this.attendance.stop();
    this.statusFeed.stop();
    this.activity.stop();
    this.keyWatch.stop();
    this.hints.stop();
    await this.pulse
      .release()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'leases left to expire'));
  }

  private async until(deadline: number, condition: () => boolean): Promise<void> {
    while (!condition() && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}
