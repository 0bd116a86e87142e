import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isShallow, memberTexts, openObject, withMember } from './json-text.js';

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

describe('isShallow', () => {
  it('counts objects and arrays, and ignores brackets in strings', () => {
    expect(isShallow('[[{"a":"[[[[["}]]', 3)).toBe(true);
    expect(isShallow('[[{"a":[]}]]', 3)).toBe(false);
  });

  it('does not mind how many there are beside each other', () => {
    const list = (depth: number) => `[${'{},'.repeat(50)}${'['.repeat(depth)}${']'.repeat(depth)}]`;
    expect(isShallow(list(9), 10)).toBe(true);
    expect(isShallow(list(10), 10)).toBe(false);
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
