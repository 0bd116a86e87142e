import { Injectable } from '@nestjs/common';
import { PARTITIONS, Store } from '../redis/index.js';
import { Presence } from './presence.js';
import { Pulse } from './pulse.js';

/** What lies in one kind of deadline set, over all partitions. */
export interface Backlog {
  size: number;
  /** How long the most overdue member is overdue; 0 if none is. */
  lagMs: number;
}

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
