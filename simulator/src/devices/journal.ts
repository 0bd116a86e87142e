/** What a terminal (`received` to `voided`) or a till (`asked` to `looked`) can write down, and both. */
export type What =
  | 'received'
  | 'decided'
  | 'responded'
  | 'acknowledged'
  | 'inquired'
  | 'disowned'
  | 'void-asked'
  | 'void-senseless'
  | 'voided'
  | 'asked'
  | 'complete'
  | 'corrected'
  | 'let-go'
  | 'looked'
  | 'refused'
  | 'connected'
  | 'disconnected';

/** One line of a ledger or a log; which members there are depends on `what`. */
export interface Note {
  what: What;
  tx?: string;
  status?: string;
  eventId?: string;
  version?: number;
  retrySafe?: boolean;
  code?: string;
}

/** A note with its place and time. */
export type Entry<N = Note> = N & {
  /** Place in the one order of everything that all devices of this process wrote down. */
  n: number;
  /** ms since the epoch, with fractions. */
  at: number;
};

let latest = 0;

/** Append-only: what a device knows survives everything that happens to its connection. */
export class Journal<N extends object = Note> {
  readonly entries: Entry<N>[] = [];

  /** @param onNote told of everything that is added */
  constructor(private readonly onNote: (entry: Entry<N>) => void = () => {}) {}

  add(note: N): void {
    const entry = { n: ++latest, at: performance.timeOrigin + performance.now(), ...note };
    this.entries.push(entry);
    this.onNote(entry);
  }
}
