import { Inject, Injectable } from '@nestjs/common';
import { Sessions, type Session } from '../connections/index.js';
import type { Logger } from '../logging/index.js';
import { Presence } from '../presence/index.js';
import { partitionOf, StoreUnavailable } from '../redis/index.js';
import { HintLine } from '../relay/index.js';

const POLL_INTERVAL_MS = 1_000;

/** How far the status log of a group was passed on here. */
interface Position {
  last: number;
  /** The highest number heard of. */
  wanted: number;
  fetching: boolean;
}

/**
 * Passes terminal status updates on to the desktops of this instance, each once and in order. A hint that follows the last
 * one is passed on as it is; a gap is filled from the group's log, and a poll finds what no hint told.
 */
@Injectable()
export class StatusFeed {
  private readonly positions = new Map<string, Position>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sessions: Sessions,
    private readonly presence: Presence,
    @Inject('LOGGER') private readonly logger: Logger,
    hints: HintLine,
  ) {
    hints.on('status', ([, groupId, sequence, frame]) => this.onHint(groupId!, Number(sequence), frame!));
  }

  start(): void {
    this.timer = setInterval(() => void this.poll(), POLL_INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** A desktop was registered; it gets what has happened since the moment of its registration. */
  join(session: Session): void {
    const { deviceType, groupId } = session.principal;
    if (deviceType !== 'desktop') {
      return;
    }
    const position = this.positions.get(groupId);
    if (!position) {
      const sequence = session.statusSequence;
      this.positions.set(groupId, { last: sequence, wanted: sequence, fetching: false });
    } else if (position.last > session.statusSequence) {
      void this.fetchFor(session, position);
    }
  }

  /** Updates that were passed on to others while the answer to this session's registration was under way. */
  private async fetchFor(session: Session, position: Position): Promise<void> {
    const { groupId } = session.principal;
    let reached = session.statusSequence;
    session.statusSequence = Number.POSITIVE_INFINITY;
    try {
      while (reached < position.last) {
        const updates = await this.presence.statusAfter(groupId, reached);
        updates.forEach(({ frame }) => session.send(frame));
        reached = updates.at(-1)?.sequence ?? position.last;
      }
    } catch (error) {
      this.note(error);
    } finally {
      session.statusSequence = reached;
    }
  }

  private onHint(groupId: string, sequence: number, frame: string): void {
    const position = this.positions.get(groupId);
    if (!position || sequence <= position.last) {
      return;
    }
    position.wanted = Math.max(position.wanted, sequence);
    if (sequence === position.last + 1 && !position.fetching) {
      this.passOn(groupId, position, sequence, frame);
    } else {
      void this.catchUp(groupId, position);
    }
  }

  private passOn(groupId: string, position: Position, sequence: number, frame: string): void {
    position.last = sequence;
    for (const session of this.sessions.desktopsOf(groupId)) {
      if (session.epoch > 0 && sequence > session.statusSequence) {
        session.send(frame);
      }
    }
  }

  private async catchUp(groupId: string, position: Position): Promise<void> {
    if (position.fetching) {
      return;
    }
    position.fetching = true;
    try {
      while (position.wanted > position.last) {
        const updates = await this.presence.statusAfter(groupId, position.last);
        for (const { sequence, frame } of updates) {
          this.passOn(groupId, position, sequence, frame);
        }
        if (updates.length === 0) {
          // The log has forgotten them; who asks for the list sees the state they led to.
          position.last = position.wanted;
        }
      }
    } catch (error) {
      this.note(error);
    } finally {
      position.fetching = false;
    }
  }

  private async poll(): Promise<void> {
    const byPartition = new Map<number, string[]>();
    for (const groupId of this.positions.keys()) {
      if ([...this.sessions.desktopsOf(groupId)].length === 0) {
        this.positions.delete(groupId);
        continue;
      }
      const partition = partitionOf(groupId);
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), groupId]);
    }
    await Promise.all(
      [...byPartition].map(([partition, groupIds]) => this.pollPartition(partition, groupIds)),
    );
  }

  private async pollPartition(partition: number, groupIds: string[]): Promise<void> {
    try {
      const sequences = await this.presence.statusSequences(partition, groupIds);
      groupIds.forEach((groupId, i) => {
        const position = this.positions.get(groupId);
        if (position && sequences[i]! > position.last) {
          position.wanted = Math.max(position.wanted, sequences[i]!);
          void this.catchUp(groupId, position);
        }
      });
    } catch (error) {
      this.note(error);
    }
  }

  private note(error: unknown): void {
    if (!(error instanceof StoreUnavailable)) {
      this.logger.error({ err: error }, 'status updates could not be read');
    }
  }
}
