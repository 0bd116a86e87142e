import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, decimalParts } from './canonical-json.js';

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
