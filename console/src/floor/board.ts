import type { ActivityView, FloorKey, FloorRow, FloorUpdate, TerminalCondition } from '../api/views.js';

/** What the reader wants to see; empty texts want everything. */
export interface FloorFilter {
  condition: TerminalCondition | 'all';
  /** Beginning of a group's name. */
  groupId: string;
  /** Part of a terminal id, a key id or an instance. */
  text: string;
}

export type Counts = Record<TerminalCondition | 'all', number>;

export interface FloorView {
  rows: FloorRow[];
  /** Of the chosen group and text, whatever the condition. */
  counts: Counts;
}

const names = new Intl.Collator(undefined, { numeric: true });

export function floorKey({ groupId, keyId }: FloorKey): string {
  return `${groupId}\n${keyId}`;
}

/**
 * Every terminal, in an order that stays while conditions change: by group, then by name. What comes is merged into it, since
 * sorting ten thousand names anew for each change would be felt.
 */
export class Board {
  private readonly rows = new Map<string, FloorRow>();
  private order: string[] = [];
  /** Terminals that the snapshot under way has named; undefined when none is. */
  private named: Set<string> | undefined = new Set();

  get size(): number {
    return this.rows.size;
  }

  /** A snapshot has come to its end. */
  get isComplete(): boolean {
    return this.named === undefined;
  }

  /** A snapshot follows: when it is complete, whatever it did not name is gone. */
  begin(): void {
    this.named = new Set();
  }

  apply({ rows, gone, isComplete }: FloorUpdate): void {
    const added: string[] = [];
    const moved = new Set(gone.map(floorKey));
    moved.forEach((key) => this.rows.delete(key));
    for (const row of rows) {
      const key = floorKey(row);
      const before = this.rows.get(key);
      if (before === undefined || before.terminalId !== row.terminalId) {
        added.push(key);
        moved.add(key);
      }
      // What is not pushed stays known until it is asked for again.
      this.rows.set(key, { ...pick(before, row), ...row });
      this.named?.add(key);
    }
    if (isComplete) this.forgetUnnamed(moved);
    if (moved.size > 0) this.order = this.order.filter((key) => !moved.has(key));
    if (added.length > 0) this.merge(added);
  }

  applyActivity({ activity }: ActivityView): void {
    for (const { lastActivity, roundTripMs, ...key } of activity) {
      const row = this.rows.get(floorKey(key));
      if (!row) continue;
      const known = {
        ...(lastActivity && { lastActivity }),
        ...(roundTripMs !== undefined && { roundTripMs }),
      };
      this.rows.set(floorKey(key), { ...row, ...known });
    }
  }

  find(key: FloorKey): FloorRow | undefined {
    return this.rows.get(floorKey(key));
  }

  view({ condition, groupId, text }: FloorFilter): FloorView {
    const counts: Counts = { all: 0, online: 0, busy: 0, reconnecting: 0, offline: 0 };
    const wanted = text.trim().toLowerCase();
    const rows: FloorRow[] = [];
    for (const key of this.order) {
      const row = this.rows.get(key)!;
      if (!row.groupId.startsWith(groupId)) continue;
      if (wanted !== '' && !matches(row, wanted)) continue;
      counts.all++;
      counts[row.condition]++;
      if (condition === 'all' || condition === row.condition) rows.push(row);
    }
    return { rows, counts };
  }

  /** Groups whose name contains the text, at most so many. */
  groups(text: string, limit: number): string[] {
    const found = new Set<string>();
    for (const key of this.order) {
      if (found.size >= limit) break;
      const { groupId } = this.rows.get(key)!;
      if (groupId.includes(text)) found.add(groupId);
    }
    return [...found];
  }

  private forgetUnnamed(moved: Set<string>): void {
    for (const key of this.rows.keys()) {
      if (this.named?.has(key) !== false) continue;
      this.rows.delete(key);
      moved.add(key);
    }
    this.named = undefined;
  }

  private merge(added: string[]): void {
    const fresh = [...new Set(added)].sort((a, b) => this.compare(a, b));
    const merged: string[] = [];
    let next = 0;
    for (const key of this.order) {
      while (next < fresh.length && this.compare(fresh[next]!, key) < 0) merged.push(fresh[next++]!);
      merged.push(key);
    }
    this.order = merged.concat(fresh.slice(next));
  }

  private compare(a: string, b: string): number {
    const first = this.rows.get(a)!;
    const second = this.rows.get(b)!;
    return (
      names.compare(first.groupId, second.groupId) ||
      names.compare(first.terminalId, second.terminalId) ||
      names.compare(first.keyId, second.keyId)
    );
  }
}

/** What was measured of a terminal belongs to its connection. */
function pick(before: FloorRow | undefined, { connectionId }: FloorRow): Partial<FloorRow> {
  if (before?.lastActivity === undefined) return {};
  const isSame = before.connectionId === connectionId && before.roundTripMs !== undefined;
  return { lastActivity: before.lastActivity, ...(isSame && { roundTripMs: before.roundTripMs! }) };
}

function matches(row: FloorRow, wanted: string): boolean {
  return [row.terminalId, row.keyId, row.instance ?? '', row.connectionId ?? ''].some((name) =>
    name.toLowerCase().includes(wanted),
  );
}
