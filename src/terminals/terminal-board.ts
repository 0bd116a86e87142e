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

/** A terminal of the list. */
export interface Row {
  keyId: string;
  /** As readers see it, see {@link asSeen}; undefined for one that is to be shown to nobody. */
  seen: ListEntry | undefined;
  terminalId: string;
  /** ms since the epoch. */
  lastActivity: number;
  /** Its view as JSON; empty if it is not to be shown among those that are there. */
  text: string;
}

interface KnownRow extends Row {
  entry: ListEntry;
}

/** The store learns of activity in batches, once a second; asking more often would tell nothing new. */
const ACTIVITY_MS = 1_000;
/** Rows that are worked on before others get their turn. */
const CHUNK = 500;

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
  private ready: TerminalList | undefined;
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
    if (!this.ready) {
      const texts = this.sorted.filter(({ text }) => text !== '').map(({ text }) => text);
      this.ready = { text: `[${texts.join(',')}]`, count: texts.length };
    }
    return this.ready;
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
  }

  private async apply({ isReset, changed, instances }: ListChanges): Promise<void> {
    if (isReset) {
      this.rows.clear();
      this.sorted = [];
      this.ready = undefined;
      this.activityAt = 0;
    }
    const living = new Set(instances);
    for (const { keyId, entry } of changed) {
      this.put(keyId, entry, living);
    }
    const told = instances.join('\n');
    if (told !== this.instances) {
      await this.eachRow((row) => this.show(row, living));
      this.instances = told;
    }
  }

  private put(keyId: string, entry: ListEntry | undefined, living: ReadonlySet<string>): void {
    const known = this.rows.get(keyId);
    if (known) {
      this.rows.delete(keyId);
      this.sorted.splice(this.sorted.indexOf(known, this.placeOf(known.terminalId)), 1);
      this.ready = undefined;
    }
    if (entry) {
      const lastActivity = Math.max(entry.connectedAt, known?.lastActivity ?? 0);
      const row = { keyId, entry, seen: undefined, terminalId: terminalIdOf(entry), lastActivity, text: '' };
      this.rows.set(keyId, row);
      this.sorted.splice(this.placeOf(row.terminalId), 0, row);
      this.show(row, living);
    }
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

  private show(row: KnownRow, living: ReadonlySet<string>): void {
    row.seen = asSeen(row.entry, living);
    this.write(row);
  }

  private write(row: KnownRow): void {
    const isThere = row.seen !== undefined && row.seen.state !== 'offline';
    row.text = isThere ? JSON.stringify(viewOf(row)) : '';
    this.ready = undefined;
  }

  private async readActivity(): Promise<void> {
    const startedAt = Date.now();
    const rows = [...this.rows.values()];
    for (let i = 0; i < rows.length; i += CHUNK) {
      const chunk = rows.slice(i, i + CHUNK);
      const told = await this.reader.activityOf(
        this.groupId,
        chunk.map(({ keyId }) => keyId),
      );
      chunk.forEach((row, j) => this.noteActivity(row, Math.max(told[j]!.at, this.heardHere(row))));
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

  private noteActivity(row: KnownRow, at: number): void {
    if (at > row.lastActivity) {
      row.lastActivity = at;
      this.write(row);
    }
  }

  private async eachRow(work: (row: KnownRow) => void): Promise<void> {
    let done = 0;
    for (const row of [...this.rows.values()]) {
      work(row);
      if (++done % CHUNK === 0) {
        await nextTurn();
      }
    }
  }
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
