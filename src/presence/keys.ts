import { randomUUID } from 'node:crypto';
import { PARTITIONS, partitionOf, partitionTag } from '../redis/index.js';

/**
 * Names of everything that presence keeps in the store. All of a group lie in one partition.
 *
 * | key | type | content |
 * |---|---|---|
 * | `ep:<keyId>` | hash | the endpoint: `epoch`, `inst`, `conn`, `state`, `dev`, `since` (when its socket was opened), `past` (connections before, latest first); for terminals also `tx`, the open payment |
 * | `terminals:<group>` | hash | keyId → list entry of a terminal (JSON) |
 * | `revisions` | hash | group → how often its terminal list was changed, `group\nborn` → when its counting began, µs |
 * | `changed:<group>` | zset | keyId of every terminal that has or had a list entry → revision that changed it last |
 * | `seen:<group>` | hash | keyId → last activity of a terminal and its latest round trip: `ms` or `ms ms` |
 * | `floor` | zset | `group\nkeyId` of every terminal that has a list entry → when the entry last changed, ms |
 * | `desktops:<group>` | hash | keyId of a connected desktop → its instance |
 * | `status:<group>` | stream | the latest status updates, entry id = group sequence number |
 * | `status-seq` | hash | group → latest sequence number |
 * | `owned` | hash | keyId of a connected endpoint → `epoch instance details` |
 * | `connections` | hash | connectionId of a connected terminal → `group\nkeyId` |
 * | `leases` | zset | instance → end of its lease, ms |
 * | `grace` | zset | `group\nkeyId` of a dropped terminal → end of its grace, ms |
 * | `mail` | zset | `group\nkeyId` of a connected endpoint with waiting mail → since when, ms |
 * | `lost` | zset | `group\nkeyId` of a terminal that dropped with an open payment → when, ms |
 */
export class PresenceKeys {
  /** What all keys of each partition begin with. */
  private readonly starts: readonly string[];

  constructor(prefix: string) {
    this.starts = Array.from({ length: PARTITIONS }, (_, i) => `${prefix}:${partitionTag(i)}:`);
  }

  /** Any key of a partition. */
  of(partition: number, name: string): string {
    return `${this.starts[partition]!}${name}`;
  }

  endpoint(groupId: string, keyId: string): string {
    return this.of(partitionOf(groupId), `ep:${keyId}`);
  }

  /** Where mail for an endpoint lies. */
  mailbox(groupId: string, keyId: string): string {
    return this.of(partitionOf(groupId), `mailbox:${keyId}`);
  }

  /** Everything that a change of one endpoint touches. */
  around(groupId: string, keyId: string) {
    const partition = partitionOf(groupId);
    return {
      endpoint: this.of(partition, `ep:${keyId}`),
      terminals: this.of(partition, `terminals:${groupId}`),
      desktops: this.of(partition, `desktops:${groupId}`),
      status: this.of(partition, `status:${groupId}`),
      statusSeq: this.of(partition, 'status-seq'),
      owned: this.of(partition, 'owned'),
      leases: this.of(partition, 'leases'),
      grace: this.of(partition, 'grace'),
      mail: this.of(partition, 'mail'),
      mailbox: this.of(partition, `mailbox:${keyId}`),
      connections: this.of(partition, 'connections'),
      lost: this.of(partition, 'lost'),
      floor: this.of(partition, 'floor'),
      revisions: this.of(partition, 'revisions'),
      changed: this.of(partition, `changed:${groupId}`),
    };
  }

  /** Channel on which an instance hears hints about a partition; the instance id is appended. */
  channel(partition: number, instanceId = ''): string {
    return this.of(partition, `hints:${instanceId}`);
  }
}

/** A new connection id. It tells the partition, so that any instance finds the connection of any group. */
export function newConnectionId(groupId: string): string {
  return `${partitionOf(groupId).toString(36).padStart(2, '0')}-${randomUUID()}`;
}

/** The partition of a connection id; undefined if it cannot be one of ours. */
export function partitionOfConnection(connectionId: string): number | undefined {
  if (!/^[0-9a-z]{2}-[0-9a-f-]{36}$/.test(connectionId)) {
    return undefined;
  }
  const partition = Number.parseInt(connectionId.slice(0, 2), 36);
  return partition < PARTITIONS ? partition : undefined;
}

/** How an endpoint is named where many of a partition lie together. */
export function memberOf(groupId: string, id: string): string {
  return `${groupId}\n${id}`;
}

export function fromMember(member: string): { groupId: string; id: string } {
  const end = member.indexOf('\n');
  return { groupId: member.slice(0, end), id: member.slice(end + 1) };
}
