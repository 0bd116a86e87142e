import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, decimalParts, isShallow, memberTexts, openObject, withMember } from './json-text.js';

describe('memberTexts', () => {
  it('cuts values out byte for byte', () => {
    const members = memberTexts('{ "a" : 10.10 ,"b":"x\\"}","c":[1,{"d":2}], "e":{},"f":null}');
    expect(Object.fromEntries(members)).toEqual({
      a: '10.10',
      b: '"x\\"}"',
      c: '[1,{"d":2}]',
      e: '{}',
      f: 'null',
    });
  });

  it('decodes names, and lets the last of equal names count', () => {
    expect([...memberTexts('{"\\u0061":1,"a":2}')]).toEqual([['a', '2']]);
  });

  it('finds in any object what JSON.parse finds', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.integer({ min: 0, max: 3 }),
        (value, indent) => {
          const members = memberTexts(JSON.stringify(value, null, indent));
          const parsed = [...members].map(([name, text]) => [name, JSON.parse(text) as unknown]);
          expect(Object.fromEntries(parsed)).toEqual(JSON.parse(JSON.stringify(value)));
        },
      ),
    );
  });
});

describe('canonicalJson', () => {
  it('is the same for any order of members and any white space', () => {
    expect(canonicalJson('{"b":[1, 2],"a":"x"}')).toBe(canonicalJson(' { "a" : "x" , "b" : [1,2] }'));
  });

  it.each([
    ['10.10', '10.1'],
    ['1e2', '100'],
    ['-0', '0'],
    ['0.0', '0'],
    ['1200E-2', '12'],
  ])('compares numbers by value: %s = %s', (a, b) => {
    expect(canonicalJson(a)).toBe(canonicalJson(b));
  });

  it.each([
    ['"10.10"', '"10.1"'],
    ['1', '"1"'],
    ['99999999999999.99', '99999999999999.98'],
    ['[1,2]', '[2,1]'],
    ['1', '-1'],
  ])('tells apart %s and %s', (a, b) => {
    expect(canonicalJson(a)).not.toBe(canonicalJson(b));
  });

  it('reads what fills a frame, however it is nested, in one go', () => {
    const list = `[${'1,'.repeat(60_000)}1]`;
    const nested = `${'{"a":'.repeat(60)}${list}${'}'.repeat(60)}`;
    expect(charactersRead(() => canonicalJson(nested)) / nested.length).toBeLessThan(8);
  });

  it('does not mind how a string is escaped', () => {
    expect(canonicalJson('"\\u0041"')).toBe(canonicalJson('"A"'));
  });
});

describe('decimalParts', () => {
  it('takes a number as long as a frame apart, wherever its zeros are', () => {
    const zeros = '0'.repeat(150_000);
    expect(decimalParts(`1${zeros}1`).digits).toHaveLength(zeros.length + 2);
    expect(decimalParts(`1${zeros}`)).toEqual({ negative: false, digits: '1', exponent: zeros.length });
  });

  it('gives the value of any number that JSON can write', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const { negative, digits, exponent } = decimalParts(JSON.stringify(value));
        expect(Number(`${negative ? '-' : ''}${digits || '0'}e${exponent}`)).toBe(value + 0);
      }),
    );
  });
});

describe('isShallow', () => {
  it('counts objects and arrays, and ignores brackets in strings', () => {
    expect(isShallow('[[{"a":"[[[[["}]]', 3)).toBe(true);
    expect(isShallow('[[{"a":[]}]]', 3)).toBe(false);
  });
});

describe('putting members in', () => {
  it('adds a member in front', () => {
    expect(withMember('{"a":1}', 'id', '"x"')).toBe('{"id":"x","a":1}');
    expect(withMember('{ }', 'id', '"x"')).toBe('{"id":"x" }');
  });

  it('opens an object for more at its end', () => {
    expect(openObject('{"a":1 }')).toBe('{"a":1,');
    expect(openObject('{}')).toBe('{');
  });
});

function charactersRead(work: () => void): number {
  const { charCodeAt } = String.prototype;
  let count = 0;
  String.prototype.charCodeAt = function (this: string, index) {
    count++;
    return charCodeAt.call(this, index);
  };
  try {
    work();
  } finally {
    String.prototype.charCodeAt = charCodeAt;
  }
  return count;
}
