import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Sessions } from '../connections/index.js';
import {
  asSeen,
  FROM_THE_BEGINNING,
  type ListChanges,
  type ListEntry,
  type ListReader,
} from '../presence/index.js';
import { terminalIdOf, type TerminalList, type TerminalView } from '../protocol/index.js';
import { ListText, ROWS_AT_ONCE, type ListedRow } from './list-text.js';

/** A terminal of the list. */
export interface Row extends ListedRow {
  keyId: string;
  /** As readers see it, see {@link asSeen}; undefined for one that is to be shown to nobody. */
  seen: ListEntry | undefined;
  terminalId: string;
}

interface KnownRow extends Row {
  entry: ListEntry;
  head: string;
  tail: string;
  lastActivity: number;
}

/** The store learns of activity in batches, once a second; asking more often would tell nothing new. */
const ACTIVITY_MS = 1_000;
const LAST_ACTIVITY = '"lastActivity":"';
const TIME_LENGTH = '2026-01-01T00:00:00.000Z'.length;

/**
 * The terminals of one group, kept ready to be sent. Each look asks the store what has changed since the last one, which costs
 * next to nothing when nothing has; building the list of a large group anew for each till that asks would hold everybody up.
 */
export class TerminalBoard {
  private mark = FROM_THE_BEGINNING;
  private instances = '';
  private readonly rows = new Map<string, KnownRow>();
  /** By terminal id. */
  private sorted: KnownRow[] = [];
  private readonly text = new ListText();
  private activityAt = 0;
  private looking: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(
    private readonly groupId: string,
    private readonly reader: ListReader,
    private readonly sessions: Sessions,
  ) {}

  get size(): number {
    return this.rows.size;
  }

  /** Brings the board to a state of the store that is no older than this call. */
  look(): Promise<void> {
    if (!this.looking) {
      this.looking = this.update().finally(() => (this.looking = undefined));
      return this.looking;
    }
    // The look under way may have read before what the caller has seen happen. One more serves all who wait for it.
    this.next ??= this.looking
      .catch(() => {})
      .then(() => {
        this.next = undefined;
        return this.look();
      });
    return this.next;
  }

  /** Every terminal that was ever connected and is not gone for good, by terminal id. */
  all(): readonly Row[] {
    return this.sorted.filter(({ seen }) => seen);
  }

  /** Those that are online or in their grace. */
  list(): TerminalList {
    return this.text.list;
  }

  private async update(): Promise<void> {
    let changes: ListChanges;
    do {
      changes = await this.reader.changes(this.groupId, this.mark);
      await this.apply(changes);
      // Only now: an error before would leave out what it told.
      this.mark = changes.mark;
    } while (changes.hasMore);
    if (Date.now() - this.activityAt >= ACTIVITY_MS) {
      await this.readActivity();
    }
    await this.text.write(this.sorted);
  }

  private async apply({ isReset, changed, instances }: ListChanges): Promise<void> {
    if (isReset) {
      this.rows.clear();
      this.sorted = [];
      this.text.changedFrom(0);
      this.activityAt = 0;
    }
    const living = new Set(instances);
    for (const { keyId, entry } of changed) {
      this.put(keyId, entry, living);
    }
    // The store tells them in the order of their leases, which each renewal changes.
    const told = [...living].sort().join('\n');
    if (told !== this.instances) {
      this.text.changedFrom(0);
      await this.showAll(living);
      this.instances = told;
    }
  }

  private put(keyId: string, entry: ListEntry | undefined, living: ReadonlySet<string>): void {
    const known = this.rows.get(keyId);
    const terminalId = entry && terminalIdOf(entry);
    if (known && known.terminalId !== terminalId) {
      this.remove(known);
    }
    if (entry) {
      const lastActivity = Math.max(entry.connectedAt, known?.lastActivity ?? 0);
      const row = {
        keyId,
        entry,
        terminalId: terminalId!,
        lastActivity,
        seen: undefined,
        head: '',
        tail: '',
      };
      show(row, living);
      if (known?.terminalId === terminalId) {
        this.replace(known!, row);
      } else {
        this.insert(row);
      }
    }
  }

  private insert(row: KnownRow): void {
    const index = this.placeOf(row.terminalId);
    this.rows.set(row.keyId, row);
    this.sorted.splice(index, 0, row);
    this.text.changedFrom(index);
  }

  private replace(known: KnownRow, row: KnownRow): void {
    const index = this.indexOf(known);
    this.rows.set(row.keyId, row);
    this.sorted[index] = row;
    this.text.changed(index);
  }

  private remove(row: KnownRow): void {
    const index = this.indexOf(row);
    this.rows.delete(row.keyId);
    this.sorted.splice(index, 1);
    this.text.changedFrom(index);
  }

  private indexOf(row: KnownRow): number {
    return this.sorted.indexOf(row, this.placeOf(row.terminalId));
  }

  /** The index of the first row whose terminal id is not smaller. */
  private placeOf(terminalId: string): number {
    let from = 0;
    let to = this.sorted.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.sorted[middle]!.terminalId < terminalId) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  private async readActivity(): Promise<void> {
    const startedAt = Date.now();
    for (let i = 0; i < this.sorted.length; i += ROWS_AT_ONCE) {
      const chunk = this.sorted.slice(i, i + ROWS_AT_ONCE);
      const told = await this.reader.activityOf(
        this.groupId,
        chunk.map(({ keyId }) => keyId),
      );
      chunk.forEach((row, j) => {
        const at = Math.max(told[j]!.at, this.heardHere(row));
        if (at > row.lastActivity) {
          row.lastActivity = at;
          this.text.changed(i + j);
        }
      });
    }
    this.activityAt = startedAt;
  }

  /** The sockets of this instance are known to the millisecond. */
  private heardHere({ keyId, entry }: KnownRow): number {
    const session = this.sessions
      .ofKey(keyId)
      .find(({ connectionId }) => connectionId === entry.connectionId);
    return session?.lastActivity ?? 0;
  }

  private async showAll(living: ReadonlySet<string>): Promise<void> {
    let done = 0;
    for (const row of this.sorted) {
      show(row, living);
      if (++done % ROWS_AT_ONCE === 0) {
        await nextTurn();
      }
    }
  }
}

function show(row: KnownRow, living: ReadonlySet<string>): void {
  row.seen = asSeen(row.entry, living);
  const isThere = row.seen !== undefined && row.seen.state !== 'offline';
  const text = isThere ? JSON.stringify(viewOf(row)) : '';
  // The first such place is the member: what comes before are strings, whose own quotes are escaped.
  const time = isThere ? text.indexOf(LAST_ACTIVITY) + LAST_ACTIVITY.length : 0;
  row.head = text.slice(0, time);
  row.tail = text.slice(time + TIME_LENGTH);
}

/** @param row of a terminal that is to be shown */
export function viewOf({ seen, terminalId, lastActivity }: Row): TerminalView {
  const { state, connectionId, deviceId, connectedAt, metadata } = seen!;
  // Members that are undefined are not told. Spreads in their place would take most of the time of a large list.
  return {
    connectionId: state === 'online' ? connectionId : undefined,
    terminalId,
    deviceId,
    connectedAt: new Date(connectedAt).toISOString(),
    lastActivity: new Date(lastActivity).toISOString(),
    status: state,
    metadata,
  };
}
