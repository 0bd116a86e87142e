import { describe, expect, it } from 'vitest';
import { check, RULES } from './checker.js';
import { Journal, type Note, type StoredRecord } from './history.js';

type Line = [who: string, note: Note];

const TX = 'tx-1';
const at = (who: string, what: Note['what'], more: Partial<Note> = {}): Line => [
  who,
  { what, tx: TX, ...more },
];

const asked = at('till', 'asked', { connection: 1 });
const received = at('terminal', 'received');
const approved = at('terminal', 'decided', { status: 'SUCCESS' });
const acknowledged = at('terminal', 'acknowledged');
const complete = at('till', 'complete', { status: 'SUCCESS', eventId: 'e1', version: 4 });
const failed = at('till', 'complete', { status: 'FAILED', eventId: 'e1', version: 4, retrySafe: false });
const corrected = at('till', 'corrected', { eventId: 'e2', version: 6 });
const voided = [at('terminal', 'void-asked'), at('terminal', 'voided')];

const COMPLETED: Partial<StoredRecord> = { status: 'COMPLETED', version: 4, eventId: 'e1' };
const VOIDED: Partial<StoredRecord> = { status: 'VOIDED', version: 6, eventId: 'e1' };
const FAILED: Partial<StoredRecord> = { status: 'FAILED', version: 4, eventId: 'e1' };

/** Judges a history that was written down in this order. @param record undefined for a transaction that is not stored */
function judge(lines: Line[], record?: Partial<StoredRecord>, leftovers: string[] = []) {
  const journals = new Map<string, Journal>();
  for (const [who, note] of lines) {
    const journal = journals.get(who) ?? new Journal();
    journals.set(who, journal);
    journal.add(note);
  }
  const of = (kind: string) =>
    new Map(
      [...journals].filter(([who]) => who.startsWith(kind)).map(([who, { entries }]) => [who, entries]),
    );
  const { status = '', version = 1 } = record ?? {};
  const stored = {
    ...{ tx: TX, group: 'shop', status, version, voidPending: false, dispatches: 1 },
    shown: { status, version },
    ...record,
  };
  const records = new Map(record ? [[TX, stored]] : []);
  return check({ terminals: of('terminal'), tills: of('till'), records, leftovers });
}

const rulesOf = (...args: Parameters<typeof judge>) => [...new Set(judge(...args).map(({ rule }) => rule))];

const sound = [asked, received, approved, acknowledged, complete];

describe('a history without a fault', () => {
  it.each<[string, Line[], Partial<StoredRecord> | undefined]>([
    ['a payment', sound, COMPLETED],
    ['a result delivered twice', [...sound, complete], COMPLETED],
    [
      'a second hand-over after the terminal did not know it',
      [at('terminal', 'unknown'), received, ...sound],
      COMPLETED,
    ],
    [
      'a late approval, voided',
      [asked, received, failed, approved, acknowledged, ...voided, corrected, failed],
      VOIDED,
    ],
    ['a refusal, asked again', [asked, at('till', 'refused', { retrySafe: true }), ...sound], COMPLETED],
    [
      'a payment that was let go',
      [asked, at('till', 'refused', { retrySafe: true }), at('till', 'abandoned')],
      undefined,
    ],
    [
      'an answer overtaken by the result',
      [...sound, at('till', 'looked', { status: 'PENDING', version: 3 })],
      COMPLETED,
    ],
    [
      'a refusal of an earlier request, read after a later one was sent',
      [
        asked,
        asked,
        received,
        at('till', 'refused', { connection: 1, retrySafe: true }),
        approved,
        acknowledged,
        complete,
      ],
      COMPLETED,
    ],
    [
      'not delivered',
      [asked, at('till', 'complete', { status: 'FAILED', eventId: 'e1', retrySafe: true })],
      FAILED,
    ],
  ])('%s', (_name, lines, record) => {
    expect(judge(lines, record)).toEqual([]);
  });
});

describe('each rule finds what breaks it', () => {
  const BROKEN: Record<string, [Line[], Partial<StoredRecord>?][]> = {
    'at most one dispatch': [
      [[received, ...sound], COMPLETED],
      [[...sound, at('terminal-2', 'received')], COMPLETED],
    ],
    'an approval ends completed or voided': [
      [[asked, received, approved, acknowledged, failed], FAILED],
      [[...sound, at('terminal', 'voided')], COMPLETED],
      [sound, undefined],
    ],
    'no outcome without the terminal': [
      [[asked, complete], COMPLETED],
      [[...sound, at('terminal', 'void-senseless')], COMPLETED],
    ],
    'a result is acknowledged': [[[asked, received, approved, complete], COMPLETED]],
    'whoever asked has the outcome': [[[asked, received, approved, acknowledged], COMPLETED]],
    'one final outcome': [
      [[...sound, at('till', 'complete', { status: 'SUCCESS', eventId: 'other' })], COMPLETED],
      [[...sound, failed], COMPLETED],
      [[asked, received, approved, ...voided, corrected, at('till', 'corrected', { eventId: 'e3' })], VOIDED],
      [[asked, received, approved, acknowledged, ...voided, corrected], VOIDED],
    ],
    'the outcome equals the record': [
      [[asked, received, acknowledged, failed], COMPLETED],
      [sound, { ...COMPLETED, eventId: 'other' }],
      [[...sound, corrected], COMPLETED],
    ],
    'nothing stays open': [
      [[asked, received], { status: 'PENDING' }],
      [[asked, received, approved, acknowledged, failed], { ...FAILED, voidPending: true }],
      [sound, { ...COMPLETED, shown: { status: 'PENDING', version: 3 } }],
    ],
    'retrySafe is true': [
      [[asked, at('till', 'refused', { code: 'STORE_UNAVAILABLE', retrySafe: true }), received]],
      [
        [asked, received, at('till', 'complete', { status: 'FAILED', eventId: 'e1', retrySafe: true })],
        FAILED,
      ],
      [
        [asked, received, asked, at('till', 'refused', { connection: 1, retrySafe: true }), asked, complete],
        COMPLETED,
      ],
    ],
    'what was let go is not charged': [
      [[asked, at('till', 'missing'), at('till', 'abandoned', { code: 'missing' }), received]],
    ],
    'versions never fall': [
      [
        [
          ...sound,
          at('till', 'looked', { status: 'COMPLETED', version: 4 }),
          at('till', 'looked', { status: 'COMPLETED', version: 3 }),
        ],
        COMPLETED,
      ],
    ],
    'a final state stays': [
      [[...sound, at('till', 'looked', { status: 'PENDING', version: 5 })], COMPLETED],
      [[...sound, at('till', 'missing')], COMPLETED],
    ],
    'a cancellation is certain': [
      [[...sound, at('till', 'cancel-answer', { status: 'CANCELLED' })], COMPLETED],
    ],
    'no request is refused as another one': [
      [[asked, at('till', 'refused', { code: 'DUPLICATE_TRANSACTION' }), ...sound], COMPLETED],
    ],
  };

  it.each(Object.keys(RULES))('%s', (rule) => {
    const histories = BROKEN[rule] ?? [];
    expect(histories.length).toBeGreaterThan(0);
    for (const [lines, record] of histories) expect(rulesOf(lines, record)).toContain(rule);
  });

  it('nothing is left over', () => {
    expect(rulesOf(sound, COMPLETED, ['a deadline'])).toEqual(['nothing is left over']);
  });
});
