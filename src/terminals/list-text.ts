import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TerminalList } from '../protocol/index.js';

/** A row as it is told, but for when it was last active, which changes all the time. */
export interface ListedRow {
  /** JSON up to that time and from it on; empty if the row is not told. */
  readonly head: string;
  readonly tail: string;
  /** ms since the epoch. */
  readonly lastActivity: number;
}

interface Part {
  bytes: Buffer;
  count: number;
}

/** Rows that are worked on before others get their turn. */
export const ROWS_AT_ONCE = 200;
const [BEGIN, COMMA, END] = ['[', ',', ']'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];

/**
 * The text of a long list, in parts: what changes has its part written anew and not the whole, and no part holds anybody up. Texts of
 * ten thousand rows that each live for a second would be the collector's work, which stops everything for longer than writing them.
 */
export class ListText {
  private readonly parts: (Part | undefined)[] = [];
  private isCurrent = false;
  private latest: TerminalList = { rows: Buffer.from('[]'), count: 0 };

  /** The row at this index is another one, or told differently. */
  changed(index: number): void {
    this.parts[Math.floor(index / ROWS_AT_ONCE)] = undefined;
    this.isCurrent = false;
  }

  /** So are all from this index on. */
  changedFrom(index: number): void {
    this.parts.length = Math.min(this.parts.length, Math.floor(index / ROWS_AT_ONCE));
    this.isCurrent = false;
  }

  /** Brings the text to these rows, which must stay as they are meanwhile. */
  async write(rows: readonly ListedRow[]): Promise<void> {
    if (this.isCurrent) {
      return;
    }
    for (let from = 0, i = 0; from < rows.length; from += ROWS_AT_ONCE, i++) {
      if (!this.parts[i]) {
        this.parts[i] = partOf(rows.slice(from, from + ROWS_AT_ONCE));
        await (from + ROWS_AT_ONCE < rows.length ? nextTurn() : undefined);
      }
    }
    const told = this.parts.filter((part) => part !== undefined && part.count > 0) as Part[];
    this.isCurrent = true;
    const pieces = told.flatMap(({ bytes }, i) => (i === 0 ? [bytes] : [COMMA, bytes]));
    this.latest = {
      rows: Buffer.concat([BEGIN, ...pieces, END]),
      count: told.reduce((sum, { count }) => sum + count, 0),
    };
  }

  /** As it was written last. */
  get list(): TerminalList {
    return this.latest;
  }
}

function partOf(rows: readonly ListedRow[]): Part {
  const texts = rows
    .filter(({ head }) => head !== '')
    .map(({ head, tail, lastActivity }) => `${head}${new Date(lastActivity).toISOString()}${tail}`);
  return { bytes: Buffer.from(texts.join(',')), count: texts.length };
}
