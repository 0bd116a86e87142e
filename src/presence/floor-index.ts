import { Injectable } from '@nestjs/common';
import { Store } from '../redis/index.js';
import { parseActivity, type Activity } from './activity.js';
import type { ListEntry } from './endpoint.js';
import { fromMember } from './keys.js';
import { Presence } from './presence.js';
import * as scripts from './scripts.js';

/** Most members or terminals in one command: none may hold the store up. */
const BATCH = 500;
/** Most changes in one answer; those after them come with the next one. */
const MOST_CHANGES = 1_000;

/** What has changed among the terminals of one partition. */
export interface FloorChanges {
  /** The store's clock, ms. */
  now: number;
  /** How many terminals have a list entry. */
  size: number;
  /** Oldest change first; `at` in ms by the store's clock. */
  changed: { member: string; at: number }[];
  /** Instances whose lease lives. */
  instances: ReadonlySet<string>;
}

/** All that the store knows of one terminal. */
export interface FloorFacts extends Activity {
  /** Absent if it has none: it was never connected, or it is gone and was known by its connection alone. */
  entry: ListEntry | undefined;
  /** End of its grace, ms; only while it has one. */
  graceEndsAt: number | undefined;
  /** Its open payment: `group\nescaped transactionId`. */
  openPayment: string | undefined;
}

/** The terminals of all groups, partition by partition, for whoever watches all of them. */
@Injectable()
export class FloorIndex {
  constructor(
    private readonly store: Store,
    private readonly presence: Presence,
  ) {}

  /** What has changed since a moment of the store's clock. A terminal that is gone is not told: there are less of them. */
  async changes(partition: number, since: number): Promise<FloorChanges> {
    const { keys } = this.presence;
    const names = { floor: keys.of(partition, 'floor'), leases: keys.of(partition, 'leases') };
    const told = await this.store.run(scripts.floor, names, { since, limit: MOST_CHANGES });
    const changed = [...told.changed];
    for (let page = told.changed; page.length === MOST_CHANGES;) {
      const from = page.at(-1)!.at;
      ({ changed: page } = await this.store.run(scripts.floor, names, { since: from, limit: MOST_CHANGES }));
      changed.push(...page);
      if (page.at(-1)?.at === from) break;
    }
    return { ...told, changed };
  }

  /** Every member of a partition, a few hundred at a time; one may come twice. */
  async *members(partition: number): AsyncGenerator<{ member: string; at: number }[]> {
    const key = this.presence.keys.of(partition, 'floor');
    let cursor = '0';
    do {
      const [next, flat] = await this.store.ask((redis) => redis.zscan(key, cursor, 'COUNT', BATCH));
      const page: { member: string; at: number }[] = [];
      for (let i = 0; i < flat.length; i += 2) {
        page.push({ member: flat[i]!, at: Number(flat[i + 1]) });
      }
      yield page;
      cursor = next;
    } while (cursor !== '0');
  }

  /** What is known of terminals of one partition, in their order. */
  async facts(partition: number, members: readonly string[]): Promise<FloorFacts[]> {
    const facts: FloorFacts[] = [];
    for (let i = 0; i < members.length; i += BATCH) {
      facts.push(...(await this.factsOf(partition, members.slice(i, i + BATCH))));
    }
    return facts;
  }

  /** Last activity and round trip of terminals of one partition, in their order. */
  async activity(partition: number, members: readonly string[]): Promise<Activity[]> {
    const { keys } = this.presence;
    const answers = await this.store.batch((pipeline) => {
      for (const { groupId, id } of members.map(fromMember)) {
        pipeline.hget(keys.of(partition, `seen:${groupId}`), id);
      }
    });
    return answers.map((text) => parseActivity(text as string | null));
  }

  private async factsOf(partition: number, members: readonly string[]): Promise<FloorFacts[]> {
    const { keys } = this.presence;
    const answers = await this.store.batch((pipeline) => {
      for (const member of members) {
        const { groupId, id } = fromMember(member);
        pipeline.hget(keys.of(partition, `terminals:${groupId}`), id);
        pipeline.hget(keys.of(partition, `seen:${groupId}`), id);
        pipeline.hget(keys.endpoint(groupId, id), 'tx');
      }
      pipeline.zmscore(keys.of(partition, 'grace'), ...members);
    });
    const graces = answers.pop() as (string | null)[];
    return members.map((_, i) => {
      const [entry, seen, openPayment] = answers.slice(i * 3, i * 3 + 3) as (string | null)[];
      return {
        ...parseActivity(seen),
        entry: entry ? (JSON.parse(entry) as ListEntry) : undefined,
        graceEndsAt: graces[i] ? Number(graces[i]) : undefined,
        openPayment: openPayment ?? undefined,
      };
    });
  }
}
