import { Inject, Injectable } from '@nestjs/common';
import { Sessions, type Session } from '../connections/index.js';
import type { Logger } from '../logging/index.js';
import { Presence, Pulse, type OwnerView } from '../presence/index.js';
import { partitionOf, StoreUnavailable } from '../redis/index.js';
import { Attendance } from './attendance.js';

const INTERVAL_MS = 2_000;
/** Compared in one call. More would hold the store up for longer than a payment does. */
const BATCH = 100;

/**
 * Compares what the store says of our sockets with the sockets, so that a lost hint, an emptied store or a time in which this
 * instance was taken for dead cannot leave two minds for long.
 */
@Injectable()
export class RollCall {
  private timer: NodeJS.Timeout | undefined;
  private busy = false;

  constructor(
    private readonly presence: Presence,
    private readonly pulse: Pulse,
    private readonly sessions: Sessions,
    private readonly attendance: Attendance,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.run(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Others may have taken this instance for dead: whoever is still connected here is not. */
  async restorePartition(partition: number): Promise<void> {
    const here = this.registered().get(partition) ?? [];
    await Promise.all(here.map((session) => this.attendance.restore(session)));
  }

  private async run(): Promise<void> {
    if (this.busy) {
      return;
    }
    this.busy = true;
    try {
      for (const [partition, sessions] of this.registered()) {
        this.pulse.attend(partition);
        for (let i = 0; i < sessions.length; i += BATCH) {
          await this.compare(partition, sessions.slice(i, i + BATCH));
        }
      }
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) {
        this.logger.error({ err: error }, 'roll call failed');
      }
    } finally {
      this.busy = false;
    }
  }

  private async compare(partition: number, sessions: Session[]): Promise<void> {
    const here = sessions.map(({ principal, epoch }) => ({ keyId: principal.keyId, epoch }));
    const strangers = await this.presence.strangers(partition, here);
    await Promise.all([...strangers].map(([place, owner]) => this.judge(sessions[place]!, owner)));
  }

  private async judge(session: Session, owner: OwnerView | undefined): Promise<void> {
    // It may have been registered anew while the store was asked.
    if (!session.isOpen || owner?.connectionId === session.connectionId) {
      return;
    }
    if (owner && owner.epoch > session.epoch) {
      this.attendance.displace(session);
    } else {
      await this.attendance.restore(session);
    }
  }

  private registered(): Map<number, Session[]> {
    const byPartition = new Map<number, Session[]>();
    for (const session of this.sessions.all()) {
      if (session.epoch > 0 && session.isOpen) {
        const partition = partitionOf(session.principal.groupId);
        const list = byPartition.get(partition);
        if (list) {
          list.push(session);
        } else {
          byPartition.set(partition, [session]);
        }
      }
    }
    return byPartition;
  }
}
