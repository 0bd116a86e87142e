import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '../logging/index.js';
import { Store } from '../redis/index.js';
import { parseOwned, type OwnedEndpoint } from './endpoint.js';
import { Presence } from './presence.js';
import * as scripts from './scripts.js';

const SCAN_COUNT = 500;

/** Buries the endpoints of instances whose lease has ended. Any number of instances may do it at once. */
@Injectable()
export class Reaper {
  private readonly busy = new Set<string>();

  constructor(
    private readonly store: Store,
    private readonly presence: Presence,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {}

  /** Drops every endpoint that the dead instance owns in the partition, then forgets the instance there. */
  async bury(partition: number, instance: string): Promise<void> {
    const task = `${partition} ${instance}`;
    if (this.busy.has(task)) {
      return;
    }
    this.busy.add(task);
    try {
      let dropped = 0;
      for await (const owned of this.ownedBy(partition, instance)) {
        await Promise.all(owned.map(({ endpoint }) => this.presence.drop(endpoint, instance)));
        dropped += owned.length;
      }
      await this.store.run(
        scripts.bury,
        { leases: this.presence.keys.of(partition, 'leases') },
        { instance },
      );
      if (dropped > 0) {
        this.logger.warn({ partition, dead: instance, dropped }, 'endpoints of a dead instance dropped');
      }
    } finally {
      this.busy.delete(task);
    }
  }

  private async *ownedBy(partition: number, instance: string): AsyncGenerator<OwnedEndpoint[]> {
    const key = this.presence.keys.of(partition, 'owned');
    let cursor = '0';
    do {
      const [next, row] = await this.store.ask((redis) => redis.hscan(key, cursor, 'COUNT', SCAN_COUNT));
      yield row
        .filter((_, i) => i % 2 === 1)
        .map(parseOwned)
        .filter((owned) => owned.instance === instance);
      cursor = next;
    } while (cursor !== '0');
  }
}
