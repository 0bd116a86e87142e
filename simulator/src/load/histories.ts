import type { Entry, What } from '../devices/journal.js';
import type { Transaction } from '../wire/frame.js';

/** Everything that was written down about one payment. */
export interface Case {
  tx: string;
  /** Name of the terminal → its entries. */
  terminals: ReadonlyMap<string, readonly Entry[]>;
  /** Name of the till → its entries. */
  tills: ReadonlyMap<string, readonly Entry[]>;
  /** What the gateway tells of it; undefined if it knows none. */
  record: Transaction | undefined;
}

export type Journals = ReadonlyMap<string, readonly Entry[]>;

/** The journals, sorted by payment. */
export function casesOf(
  terminals: Journals,
  tills: Journals,
  records: ReadonlyMap<string, Transaction | undefined>,
): Case[] {
  const sorted = { terminals: byTransaction(terminals), tills: byTransaction(tills) };
  const ids = new Set([...sorted.terminals.keys(), ...sorted.tills.keys()]);
  return [...ids].map((tx) => ({
    tx,
    terminals: sorted.terminals.get(tx) ?? new Map<string, Entry[]>(),
    tills: sorted.tills.get(tx) ?? new Map<string, Entry[]>(),
    record: records.get(tx),
  }));
}

function byTransaction(journals: Journals): Map<string, Map<string, Entry[]>> {
  const found = new Map<string, Map<string, Entry[]>>();
  for (const [name, entries] of journals) {
    for (const entry of entries) {
      if (entry.tx === undefined) continue;
      const mine = found.get(entry.tx) ?? new Map<string, Entry[]>();
      found.set(entry.tx, mine);
      const row = mine.get(name) ?? [];
      mine.set(name, row);
      row.push(entry);
    }
  }
  return found;
}

/** All entries of a case, in the order in which they were made. */
export function storyOf({ terminals, tills }: Case): { name: string; entry: Entry }[] {
  const entries = [...tills, ...terminals].flatMap(([name, row]) => row.map((entry) => ({ name, entry })));
  return entries.sort((a, b) => a.entry.n - b.entry.n);
}

export function only(entries: readonly Entry[], ...kinds: What[]): Entry[] {
  return entries.filter(({ what }) => kinds.includes(what));
}

export function has(entries: readonly Entry[], kind: What): boolean {
  return entries.some(({ what }) => what === kind);
}
