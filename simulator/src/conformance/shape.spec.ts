import { describe, expect, it } from 'vitest';
import {
  ABSENT,
  chosen,
  differences,
  extension,
  including,
  NUMBER,
  oneOf,
  TEXT,
  text,
  TIME,
} from './shape.js';

const shape = { action: 'pong', at: TIME, more: { id: TEXT, n: NUMBER }, none: ABSENT };
const good = {
  action: 'pong',
  at: '2026-01-15T10:30:00.000Z',
  more: { id: 'x', n: 0, extra: 1 },
  unknown: true,
};

describe('differences', () => {
  it('has none where everything is as expected, whatever else is there', () => {
    expect(differences(shape, good, 'extensions')).toEqual([]);
  });

  it('names each one by its path', () => {
    const bad = { action: 'ping', at: '2026-01-15 10:30', more: { id: '', n: '0' }, none: null };
    expect(differences(shape, bad, 'extensions')).toEqual([
      'action: expected "pong", came "ping"',
      'at: expected "<ISO 8601 UTC time with milliseconds>", came "2026-01-15 10:30"',
      'more.id: expected "<text>", came ""',
      'more.n: expected "<number>", came "0"',
      'none: expected "<absent>", came null',
    ]);
  });

  it('misses what is not there', () => {
    expect(differences({ a: { b: 1 } }, {}, 'extensions')).toEqual(['a: expected {"b":1}, came nothing']);
    expect(differences({ a: null }, {}, 'extensions')).toEqual(['a: expected null, came nothing']);
  });

  it('compares arrays element by element, and their lengths', () => {
    expect(differences([1, TEXT], [1, 'x'], 'extensions')).toEqual([]);
    expect(differences([1, 2], [1, 3], 'extensions')).toEqual(['[1]: expected 2, came 3']);
    expect(differences([1], [1, 2], 'extensions')).toHaveLength(1);
  });

  it('takes the number 10.1 and the text "10.10" for different things', () => {
    expect(differences('10.10', 10.1, 'published')).toHaveLength(1);
  });

  it('looks at a layer only where it counts', () => {
    const layered = { a: chosen('c'), b: extension('x'), c: 'p' };
    expect(differences(layered, {}, 'published')).toHaveLength(1);
    expect(differences(layered, {}, 'chosen')).toHaveLength(2);
    expect(differences(layered, {}, 'extensions')).toHaveLength(3);
  });
});

describe('a matcher', () => {
  it.each([
    [oneOf('a', 1), ['a', 1], ['b', '1', undefined]],
    [text(/^x/), ['x', 'xy'], ['y', 1, undefined]],
    [including({ id: 1 }), [[{ id: 1, n: 2 }], [{ id: 2 }, { id: 1 }]], [[], [{ id: 2 }], undefined]],
    [TIME, ['2026-01-15T10:30:00.000Z'], ['2026-01-15T10:30:00Z', 0, undefined]],
  ])('%j', (matcher, accepted, refused) => {
    for (const value of accepted) expect(differences(matcher, value, 'extensions')).toEqual([]);
    for (const value of refused) expect(differences(matcher, value, 'extensions')).toHaveLength(1);
  });
});
