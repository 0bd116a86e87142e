import { closeSync, openSync, writeSync } from 'node:fs';
import * as journal from '../../simulator/src/devices/journal.js';

/**
 * What a terminal or a till can write down. Of a terminal: `received` to `void-refused`; of a till: `asked` to
 * `cancel-answer`; of both: the rest.
 */
export type What =
  | 'received'
  | 'decided'
  | 'responded'
  | 'acknowledged'
  | 'inquired'
  | 'unknown'
  | 'void-asked'
  | 'voided'
  | 'void-refused'
  | 'void-senseless'
  | 'asked'
  | 'complete'
  | 'corrected'
  | 'looked'
  | 'missing'
  | 'abandoned'
  | 'cancel-asked'
  | 'cancel-answer'
  | 'refused'
  | 'connected'
  | 'disconnected';

/** One line of a ledger or a log. Which members there are depends on `what`. */
export interface Note {
  what: What;
  tx?: string;
  status?: string;
  eventId?: string;
  version?: number;
  retrySafe?: boolean;
  /** Code of an error or of a closed connection. */
  code?: string;
  /** Number of the connection on which it happened, from 1. */
  connection?: number;
}

export type Entry = journal.Entry<Note>;

/** What a client wrote down, in memory and in a file that outlives the run. */
export class Journal extends journal.Journal<Note> {
  private file: number | undefined;

  /** @param path of the file; without it the journal is in memory only */
  constructor(path?: string) {
    super((entry) => this.file !== undefined && writeSync(this.file, `${JSON.stringify(entry)}\n`));
    this.file = path === undefined ? undefined : openSync(path, 'a');
  }

  /** What is added later stays in memory only. */
  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }
}

/** A transaction as the store holds it in the end. */
export interface StoredRecord {
  tx: string;
  group: string;
  status: string;
  version: number;
  eventId?: string;
  voidPending: boolean;
  dispatches: number;
  retrySafe?: string;
  /** What `getTransaction` shows of it; undefined if it shows nothing. */
  shown?: { status: string; version: number };
}

/** Everything that was written down in a run. */
export interface Histories {
  /** Name of the terminal → its ledger. */
  terminals: ReadonlyMap<string, readonly Entry[]>;
  /** Name of the till → its log. */
  tills: ReadonlyMap<string, readonly Entry[]>;
  records: ReadonlyMap<string, StoredRecord>;
  /** What is wrong with the whole and not with one transaction: forgotten deadlines, locks, mail. */
  leftovers: readonly string[];
}
