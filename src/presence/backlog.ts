import { Injectable } from '@nestjs/common';
import { PARTITIONS, Store } from '../redis/index.js';
import { fromMember } from './keys.js';
import { Presence } from './presence.js';
import { Pulse } from './pulse.js';

/** What lies in one kind of deadline set, over all partitions. */
export interface Backlog {
  size: number;
  /** How long the most overdue member is overdue; 0 if none is. */
  lagMs: number;
}

/** Mailboxes of a partition that are looked into: the most overdue ones. */
const MAILBOXES = 100;

/** How much waits for the sweeps, and for how long. */
@Injectable()
export class Backlogs {
  constructor(
    private readonly store: Store,
    private readonly presence: Presence,
    private readonly pulse: Pulse,
  ) {}

  /** By the name of the set. */
  async read(): Promise<Map<string, Backlog>> {
    const names = this.pulse.setNames;
    const rows = await Promise.all(
      Array.from({ length: PARTITIONS }, (_, p) => this.readPartition(p, names)),
    );
    const now = this.pulse.storeTime(Date.now());
    return new Map(
      names.map((name, i) => {
        const ofName = rows.map((row) => row[i]!);
        const oldest = Math.min(...ofName.map(({ first }) => first));
        const size = ofName.reduce((sum, row) => sum + row.size, 0);
        return [name, { size, lagMs: Math.max(0, Math.round(now - oldest)) }];
      }),
    );
  }

  /** Messages in the mailboxes of connected endpoints, at most {@link MAILBOXES} of each partition. */
  async readMail(): Promise<number> {
    const depths = await Promise.all(Array.from({ length: PARTITIONS }, (_, p) => this.mailOfPartition(p)));
    return depths.reduce((sum, depth) => sum + depth, 0);
  }

  private async mailOfPartition(partition: number): Promise<number> {
    const { keys } = this.presence;
    const members = await this.store.ask((redis) =>
      redis.zrange(keys.of(partition, 'mail'), '0', String(MAILBOXES - 1)),
    );
    if (members.length === 0) {
      return 0;
    }
    const depths = await this.store.batch((pipeline) => {
      for (const { groupId, id } of members.map(fromMember)) {
        pipeline.hlen(keys.mailbox(groupId, id));
      }
    });
    return (depths as number[]).reduce((sum, depth) => sum + depth, 0);
  }

  private async readPartition(
    partition: number,
    names: readonly string[],
  ): Promise<{ size: number; first: number }[]> {
    const answers = await this.store.batch((pipeline) => {
      for (const name of names) {
        const key = this.presence.keys.of(partition, name);
        pipeline.zcard(key);
        pipeline.zrange(key, '0', '0', 'WITHSCORES');
      }
    });
    return names.map((_, i) => {
      const [, score] = answers[i * 2 + 1] as [member?: string, score?: string];
      return { size: answers[i * 2] as number, first: score === undefined ? Infinity : Number(score) };
    });
  }
}
