import { describe, expect, it } from 'vitest';
import type { Entry, Note } from '../devices/journal.js';
import type { Transaction } from '../wire/frame.js';
import { check, RECORD_RULES, RULES } from './checker.js';
import { casesOf } from './histories.js';

const TX = 'tx-1';
const COMPLETED = { transactionId: TX, status: 'COMPLETED', version: 4 };
const SOUND: Note[] = [
  ...[{ what: 'received' }, { what: 'decided', status: 'SUCCESS' }, { what: 'responded', status: 'SUCCESS' }],
  { what: 'acknowledged' },
] as Note[];
const TOLD: Note[] = [{ what: 'asked' }, { what: 'complete', status: 'SUCCESS', eventId: 'e' }];
const FAILED: Note = { what: 'complete', status: 'FAILED', eventId: 'e', retrySafe: false };

interface History {
  terminal?: Note[];
  second?: Note[];
  till?: Note[];
  record?: Transaction | undefined;
}

/** The rules that a payment breaks whose terminal, till and record say this; a sound one where nothing is said. */
function broken({ terminal = SOUND, second = [], till = TOLD, record = COMPLETED }: History): string[] {
  let n = 0;
  const entries = (notes: Note[]): Entry[] => notes.map((note) => ({ n: ++n, at: n, tx: TX, ...note }));
  const cases = casesOf(
    new Map([
      ['terminal', entries(terminal)],
      ['second', entries(second)],
    ]),
    new Map([['till', entries(till)]]),
    new Map([[TX, record]]),
  );
  return [...new Set(check(cases, true).map(({ rule }) => rule))];
}

const BREAKING: Record<string, History> = {
  'at most one dispatch': { terminal: [...SOUND, { what: 'received' }] },
  'a result is acknowledged': { terminal: SOUND.slice(0, -1) },
  'whoever asked has the outcome': { till: [{ what: 'asked' }] },
  'one final outcome': { till: [...TOLD, { what: 'complete', status: 'SUCCESS', eventId: 'f' }] },
  'a repeated request joins': { till: [...TOLD, { what: 'refused', code: 'PAYMENT_IN_PROGRESS' }] },
  'an approval is told or voided': { till: [{ what: 'asked' }, FAILED] },
  'no approval without the terminal': { terminal: [{ what: 'received' }] },
  'what was let go is not charged': {
    till: [{ what: 'asked' }, { what: 'let-go', code: 'TERMINAL_OFFLINE' }],
  },
  'retrySafe is true': { till: [{ what: 'asked' }, { ...FAILED, retrySafe: true }] },
  'nothing stays open': { record: { ...COMPLETED, status: 'PENDING' } },
  'the outcome equals the record': { record: { ...COMPLETED, status: 'CANCELLED' } },
  'an approval ends completed or voided': { record: { ...COMPLETED, status: 'FAILED' } },
};

describe('the checker', () => {
  it('finds nothing in a sound history', () => {
    expect(broken({})).toEqual([]);
  });

  it('has a history here for each of its rules', () => {
    expect(Object.keys(BREAKING).sort()).toEqual(Object.keys({ ...RULES, ...RECORD_RULES }).sort());
  });

  it.each(Object.entries(BREAKING))('%s', (rule, history) => {
    expect(broken(history)).toContain(rule);
  });

  it('allows one more dispatch for each time a terminal said that it never arrived', () => {
    const again: Note[] = [{ what: 'received' }, { what: 'disowned' }, ...SOUND];
    expect(broken({ terminal: again })).toEqual([]);
    expect(broken({ terminal: [...again, { what: 'received' }] })).toEqual(['at most one dispatch']);
  });

  it('does not allow two terminals one payment', () => {
    expect(broken({ second: [{ what: 'received' }] })).toEqual(['at most one dispatch']);
  });

  it('allows a void of what was approved too late, once everybody knows', () => {
    const terminal: Note[] = [...SOUND, { what: 'void-asked' }, { what: 'voided' }];
    const till: Note[] = [{ what: 'asked' }, FAILED, { what: 'corrected', eventId: 'v' }];
    const record = { ...COMPLETED, status: 'VOIDED' };
    expect(broken({ terminal, till, record })).toEqual([]);
    expect(broken({ terminal, till: till.slice(0, 2), record })).toContain('an approval is told or voided');
    expect(broken({ terminal, till, record: { ...record, voidPending: true } })).toEqual([
      'nothing stays open',
    ]);
  });

  it('does without records where the gateway tells none', () => {
    const cases = casesOf(
      new Map(),
      new Map([['till', [{ n: 1, at: 1, tx: TX, what: 'asked' as const }]]]),
      new Map(),
    );
    expect(check(cases, false).map(({ rule }) => rule)).toEqual(['whoever asked has the outcome']);
  });
});
