import type { Entry, Histories, StoredRecord, What } from './history.js';

/** Something that must not have happened. */
export interface Violation {
  rule: string;
  /** '' if it is about the whole. */
  tx: string;
  detail: string;
}

/** Everything that was written down about one transaction, in the order in which it happened. */
export interface Case {
  tx: string;
  record: StoredRecord | undefined;
  terminals: ReadonlyMap<string, readonly Entry[]>;
  tills: ReadonlyMap<string, readonly Entry[]>;
}

type Rule = (subject: Case) => Iterable<string>;

const OPEN = new Set(['PENDING', 'AWAITING_RECONNECT']);
const OUTCOMES: Record<string, string> = {
  SUCCESS: 'COMPLETED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
};

const only = (entries: readonly Entry[], ...kinds: What[]) =>
  entries.filter(({ what }) => kinds.includes(what));
const has = (entries: readonly Entry[], kind: What) => entries.some(({ what }) => what === kind);
const decision = (entries: readonly Entry[]) => entries.find(({ what }) => what === 'decided')?.status;

/** The state that a till learns from a push or an answer. */
function stateIn({ what, status = '' }: Entry): string {
  if (what === 'corrected') return 'VOIDED';
  return what === 'complete' ? (OUTCOMES[status] ?? status) : status;
}

/** The requests that a refusal may answer: those on its connection since the refusal before. A result answers for itself. */
function answeredBy(verdict: Entry, log: readonly Entry[]): Entry[] {
  if (verdict.what !== 'refused') return [verdict];
  const earlier = log.filter(({ n, connection }) => n < verdict.n && connection === verdict.connection);
  const since = earlier.findLast(({ what }) => what === 'refused')?.n ?? 0;
  const asks = only(earlier, 'asked').filter(({ n }) => n > since);
  return asks.length > 0 ? asks : [verdict];
}

/** The promises, one rule each. A rule names everything about a transaction that breaks it. */
export const RULES: Record<string, Rule> = {
  *'at most one dispatch'({ terminals }) {
    for (const [name, ledger] of terminals) {
      const received = only(ledger, 'received').length;
      const allowed = 1 + only(ledger, 'unknown').length;
      if (received > allowed) yield `${name} got it ${received} times, allowed ${allowed}`;
    }
    const holders = [...terminals].filter(([, ledger]) => has(ledger, 'received')).map(([name]) => name);
    if (holders.length > 1) yield `several terminals got it: ${holders.join(', ')}`;
  },

  *'an approval ends completed or voided'({ terminals, record }) {
    for (const [name, ledger] of terminals) {
      if (decision(ledger) !== 'SUCCESS') continue;
      const expected = has(ledger, 'voided') ? 'VOIDED' : 'COMPLETED';
      if (record?.status !== expected) {
        yield `${name} approved, the record should be ${expected} and is ${record?.status ?? 'missing'}`;
      }
    }
  },

  *'no outcome without the terminal'({ terminals, record }) {
    const ledgers = [...terminals.values()];
    const claims = { COMPLETED: 'SUCCESS', VOIDED: 'SUCCESS' } as Record<string, string>;
    const claimed = claims[record?.status ?? ''];
    if (claimed && !ledgers.some((ledger) => decision(ledger) === claimed)) {
      yield `the record is ${record?.status}, but no terminal approved`;
    }
    if (ledgers.some((ledger) => has(ledger, 'void-senseless'))) {
      yield 'a terminal was asked to void what it did not approve';
    }
  },

  *'a result is acknowledged'({ terminals }) {
    for (const [name, ledger] of terminals) {
      if (has(ledger, 'decided') && !has(ledger, 'acknowledged')) {
        yield `${name} still keeps its ${decision(ledger)}`;
      }
    }
  },

  *'whoever asked has the outcome'({ tills }) {
    for (const [name, log] of tills) {
      if (has(log, 'asked')) {
        if (!has(log, 'complete') && !has(log, 'abandoned')) yield `${name} never got a result`;
      }
    }
  },

  *'one final outcome'({ tills }) {
    for (const [name, log] of tills) {
      for (const kind of ['complete', 'corrected'] as const) {
        const told = new Set(only(log, kind).map(({ eventId, status }) => `${eventId} ${status ?? ''}`));
        if (told.size > 1) yield `${name} was told ${[...told].join(' and ')}`;
      }
      if (has(log, 'corrected') && !has(log, 'complete')) yield `${name} got a correction of nothing`;
    }
  },

  *'the outcome equals the record'({ tills, record }) {
    for (const [name, log] of tills) {
      const complete = log.find(({ what }) => what === 'complete');
      if (!complete) continue;
      const corrected = has(log, 'corrected');
      const expected = corrected ? 'VOIDED' : OUTCOMES[complete.status ?? ''];
      if (record?.status !== expected) {
        yield `${name} believes ${expected}, the record is ${record?.status ?? 'missing'}`;
      }
      if (corrected && complete.status !== 'FAILED') yield `${name} saw ${complete.status} be voided`;
      if (record?.eventId !== undefined && record.eventId !== complete.eventId) {
        yield `${name} has event ${complete.eventId}, the record ${record.eventId}`;
      }
    }
  },

  *'nothing stays open'({ record, tills }) {
    if (!record) return;
    if (OPEN.has(record.status)) yield `the record is still ${record.status}`;
    if (record.voidPending) yield 'a void is still pending';
    const { shown } = record;
    const isRead = [...tills.values()].length > 0;
    if (isRead && (shown?.status !== record.status || shown.version !== record.version)) {
      yield `getTransaction shows ${JSON.stringify(shown)}, the store has ${record.status} ${record.version}`;
    }
  },

  *'retrySafe is true'({ terminals, tills }) {
    const askers = [...tills.values()].filter((log) => has(log, 'asked'));
    // What one till is told about its own request says nothing about that of another.
    if (askers.length !== 1) return;
    const log = askers[0]!;
    const received = [...terminals.values()].flatMap((ledger) => only(ledger, 'received'));
    for (const verdict of log.filter(({ retrySafe }) => retrySafe === true)) {
      const lies = answeredBy(verdict, log).map((ask) => {
        const nextAsk = only(log, 'asked').find(({ n }) => n > ask.n)?.n ?? Infinity;
        return received.find(({ n }) => n < nextAsk);
      });
      if (lies.every(Boolean)) {
        yield `retrySafe:true (${verdict.code}) at #${verdict.n}, but the terminal got it at #${lies[0]!.n}`;
      }
    }
  },

  *'what was let go is not charged'({ terminals, tills }) {
    const askers = [...tills.values()].filter((log) => has(log, 'asked'));
    if (askers.length !== 1) return;
    const abandoned = only(askers[0]!, 'abandoned')[0];
    if (!abandoned) return;
    for (const [name, ledger] of terminals) {
      if (has(ledger, 'received')) yield `let go (${abandoned.code}) at #${abandoned.n}, but ${name} has it`;
    }
  },

  *'versions never fall'({ tills }) {
    for (const [name, log] of tills) {
      const looks = only(log, 'looked');
      for (const [i, { version = 0 }] of looks.entries()) {
        const before = looks[i - 1]?.version ?? 0;
        if (version < before) yield `${name} saw version ${before}, then ${version}`;
      }
    }
  },

  *'a final state stays'({ tills }) {
    for (const [name, log] of tills) {
      const known = only(log, 'complete', 'corrected', 'looked');
      const lost = log.find(({ what, n }) => what === 'missing' && known.some((entry) => entry.n < n));
      if (lost) yield `${name} saw it, then was told at #${lost.n} that there is none`;
      // A push may overtake an answer that was read before it; the version tells.
      const seen = known
        .map((entry) => ({ version: entry.version ?? 0, state: stateIn(entry) }))
        .sort((a, b) => a.version - b.version);
      for (const [i, { state, version }] of seen.entries()) {
        const before = seen[i - 1]?.state ?? 'PENDING';
        const mayFollow = OPEN.has(before) || before === state || (before === 'FAILED' && state === 'VOIDED');
        if (!mayFollow) yield `${name} saw ${before}, then ${state} with version ${version}`;
      }
    }
  },

  *'a cancellation is certain'({ terminals, tills, record }) {
    for (const [name, log] of tills) {
      if (!only(log, 'cancel-answer').some(({ status }) => status === 'CANCELLED')) continue;
      if (record?.status !== 'CANCELLED') yield `${name} was told CANCELLED, the record is ${record?.status}`;
      for (const [terminal, ledger] of terminals) {
        if (decision(ledger) === 'SUCCESS') yield `${name} was told CANCELLED, but ${terminal} approved`;
      }
    }
  },

  *'no request is refused as another one'({ tills }) {
    for (const [name, log] of tills) {
      for (const { code, n } of only(log, 'refused')) {
        if (code === 'DUPLICATE_TRANSACTION' || code === 'INTERNAL_ERROR') {
          yield `${name} got ${code} at #${n}`;
        }
      }
    }
  },
};

/** Judges a whole run. */
export function check(histories: Histories): Violation[] {
  const violations = histories.leftovers.map((detail) => ({ rule: 'nothing is left over', tx: '', detail }));
  for (const subject of cases(histories).values()) {
    for (const [rule, find] of Object.entries(RULES)) {
      for (const detail of find(subject)) violations.push({ rule, tx: subject.tx, detail });
    }
  }
  return violations;
}

/** The histories, sorted by transaction. */
export function cases({ terminals, tills, records }: Histories): Map<string, Case> {
  const found = new Map<string, Case & Record<'terminals' | 'tills', Map<string, Entry[]>>>();
  const caseOf = (tx: string) => {
    const known = found.get(tx) ?? { tx, record: records.get(tx), terminals: new Map(), tills: new Map() };
    found.set(tx, known);
    return known;
  };
  const sort = (kind: 'terminals' | 'tills', journals: Histories['tills']) => {
    for (const [name, entries] of journals) {
      for (const entry of entries) {
        if (entry.tx === undefined) continue;
        const mine = caseOf(entry.tx)[kind];
        mine.set(name, [...(mine.get(name) ?? []), entry]);
      }
    }
  };
  for (const tx of records.keys()) caseOf(tx);
  sort('terminals', terminals);
  sort('tills', tills);
  return found;
}
