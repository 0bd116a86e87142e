import type { KeyStore } from '../keys/index.js';
import { fromMember, type FloorChanges, type FloorFacts, type FloorIndex } from '../presence/index.js';
import { byPartition, PARTITIONS, partitionOf } from '../redis/index.js';
import { ConfiguredTerminals } from './configured-terminals.js';
import { floorRow } from './floor-row.js';
import type { FloorKey, FloorRow, FloorUpdate } from './views.js';

/** Looked at again: after a failover the clock that orders the changes may be a little behind. */
const OVERLAP_MS = 1_000;

/** How many partitions are read at a time in the beginning. */
const LOADED_AT_ONCE = 8;

/** A terminal as it was read last. */
interface Known {
  facts: FloorFacts | undefined;
  /** When its entry changed last, and the store's clock before it was read; ms. 0 = it is not in the index. */
  changedAt: number;
  readAt: number;
  row: FloorRow | undefined;
  /** Of the row, without what changes all the time. */
  text: string;
}

interface Partition {
  known: Map<string, Known>;
  /** The store's clock at the last look. */
  now: number;
  instances: ReadonlySet<string>;
  /** How many of the known are in the index. */
  size: number;
}

/**
 * All terminals, in the memory of an instance on which somebody watches them. One look asks each partition only what has
 * changed; in turns, one partition is read as a whole, so that nothing that slipped through stays wrong for long.
 */
export class FloorWatch {
  private readonly partitions: Partition[] = Array.from({ length: PARTITIONS }, () => ({
    known: new Map<string, Known>(),
    now: 0,
    instances: new Set<string>(),
    size: 0,
  }));
  private readonly configured: ConfiguredTerminals;
  /** What the page has not been told yet, also of a look that failed halfway. */
  private readonly changes = new Changes();
  private turn = 0;
  /** The latest clock of any partition, ms. */
  now = 0;

  constructor(
    private readonly index: FloorIndex,
    keys: KeyStore,
  ) {
    this.configured = new ConfiguredTerminals(keys);
  }

  async load(): Promise<void> {
    await this.configured.load();
    for (let first = 0; first < PARTITIONS; first += LOADED_AT_ONCE) {
      const several = Array.from({ length: LOADED_AT_ONCE }, (_, i) => first + i);
      await Promise.all(several.map((partition) => this.compare(partition, true)));
    }
    this.recheck(this.configured.all());
    this.changes.take(this.now);
  }

  /** Members of all terminals on the floor. */
  members(): string[] {
    return this.partitions.flatMap(({ known }) =>
      [...known].filter(([, { row }]) => row).map(([member]) => member),
    );
  }

  /** Rows of those of the members that are on the floor now. */
  rows(members: readonly string[]): FloorRow[] {
    return members.flatMap((member) => this.known(member)?.row ?? []);
  }

  /** @param touched members of terminals whose payment has changed @returns undefined if nothing has changed */
  async poll(touched: ReadonlySet<string>): Promise<FloorUpdate | undefined> {
    this.recheck(await this.configured.poll());
    const byPlace = byPartition(touched, (member) => fromMember(member).groupId);
    await Promise.all(this.partitions.map((_, p) => this.look(p, byPlace.get(p) ?? [])));
    await this.compare(this.turn, true);
    this.turn = (this.turn + 1) % PARTITIONS;
    return this.changes.take(this.now);
  }

  private async look(partition: number, touched: readonly string[]): Promise<void> {
    const place = this.partitions[partition]!;
    const told = await this.index.changes(partition, Math.max(0, place.now - OVERLAP_MS));
    if (told.now < place.now) {
      // Another server with another clock has taken over: what it says to be old may be news.
      await this.compare(partition, true);
      return;
    }
    const news = told.changed.filter(({ member, at }) => isNews(place.known.get(member), at));
    const wanted = new Map(news.map(({ member, at }) => [member, at]));
    for (const member of touched) {
      wanted.set(member, wanted.get(member) ?? place.known.get(member)?.changedAt ?? 0);
    }
    this.noteLeases(place, told);
    await this.read(partition, wanted, told.now);
    if (place.size !== told.size) {
      await this.compare(partition, false);
    }
    this.noteTime(place, told.now);
  }

  /**
   * Compares what is known with the index of a partition: a terminal that has left it is told by nothing else.
   * @param anew reads every terminal, not only those that have changed
   */
  private async compare(partition: number, anew: boolean): Promise<void> {
    const place = this.partitions[partition]!;
    const told = await this.index.changes(partition, Number.MAX_SAFE_INTEGER);
    this.noteLeases(place, told);
    const present = new Set<string>();
    for await (const page of this.index.members(partition)) {
      page.forEach(({ member }) => present.add(member));
      const wanted = page.filter(({ member, at }) => anew || isNews(place.known.get(member), at));
      await this.read(partition, new Map(wanted.map(({ member, at }) => [member, at])), told.now);
    }
    for (const [member, known] of [...place.known]) {
      // One that has come back meanwhile is among the next changes.
      if (known.changedAt > 0 && !present.has(member)) {
        this.note(place, member, { ...known, facts: undefined, changedAt: 0 });
      }
    }
    this.noteTime(place, told.now);
  }

  private async read(partition: number, wanted: ReadonlyMap<string, number>, now: number): Promise<void> {
    const place = this.partitions[partition]!;
    const members = [...wanted.keys()];
    const facts = members.length === 0 ? [] : await this.index.facts(partition, members);
    members.forEach((member, i) => {
      this.note(place, member, { facts: facts[i], changedAt: wanted.get(member)!, readAt: now });
    });
  }

  /** A lease that began or ended changes what is true of every terminal of its instance. */
  private noteLeases(place: Partition, { instances }: FloorChanges): void {
    const isSame =
      instances.size === place.instances.size && [...instances].every((i) => place.instances.has(i));
    if (!isSame) {
      place.instances = instances;
      place.known.forEach((known, member) => this.note(place, member, known));
    }
  }

  /** From now on only what is later is asked for: all before it was read. */
  private noteTime(place: Partition, now: number): void {
    place.now = now;
    this.now = Math.max(this.now, now);
  }

  /** Looks anew at terminals whose API key has changed. */
  private recheck(members: Iterable<string>): void {
    for (const [partition, ofPartition] of byPartition(members, (member) => fromMember(member).groupId)) {
      const place = this.partitions[partition]!;
      for (const member of ofPartition) {
        const known = place.known.get(member) ?? { facts: undefined, changedAt: 0, readAt: 0 };
        this.note(place, member, known);
      }
    }
  }

  private note(
    place: Partition,
    member: string,
    { facts, changedAt, readAt }: Pick<Known, 'facts' | 'changedAt' | 'readAt'>,
  ): void {
    const before = place.known.get(member);
    const key = keyOf(member);
    const row = floorRow(key, facts, this.configured.deviceOf(member), place.instances);
    const text = row ? JSON.stringify({ ...row, lastActivity: 0, roundTripMs: 0 }) : '';
    if (text !== (before?.text ?? '')) {
      this.changes.note(member, row ?? key);
    }
    place.size += Number(changedAt > 0) - Number((before?.changedAt ?? 0) > 0);
    if (row || changedAt > 0) {
      place.known.set(member, { facts, changedAt, readAt, row, text });
    } else {
      place.known.delete(member);
    }
  }

  private known(member: string): Known | undefined {
    const { groupId } = fromMember(member);
    return this.partitions[partitionOf(groupId)]!.known.get(member);
  }
}

/** What was found, each terminal as it was found last. */
class Changes {
  private readonly found = new Map<string, FloorRow | FloorKey>();

  /** @param now the row, or only the key of a terminal that is gone */
  note(member: string, now: FloorRow | FloorKey): void {
    this.found.set(member, now);
  }

  /** @param clock the store's, ms @returns undefined if nothing was found */
  take(clock: number): FloorUpdate | undefined {
    const all = [...this.found.values()];
    this.found.clear();
    const rows = all.filter((found): found is FloorRow => 'condition' in found);
    const gone = all.filter((found) => !('condition' in found));
    return all.length === 0 ? undefined : { now: clock, rows, gone };
  }
}

function keyOf(member: string): FloorKey {
  const { groupId, id: keyId } = fromMember(member);
  return { groupId, keyId };
}

/** What was read in the very millisecond of a change may have been read before it. */
function isNews(known: Known | undefined, changedAt: number): boolean {
  return !known || known.changedAt !== changedAt || changedAt >= known.readAt;
}
