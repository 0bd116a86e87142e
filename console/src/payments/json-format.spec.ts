import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatJson } from './json-format.js';

describe('a JSON text on several lines', () => {
  it('keeps every number and string as it came', () => {
    const text = String.raw`{"amount":10.10,"big":99999999999999.9900,"e":1E+2,"note":"a { \" : , } b","none":{},"list":[],"items":[{"n":-0.0},true,null]}`;
    expect(formatJson(text)).toBe(
      String.raw`{
  "amount": 10.10,
  "big": 99999999999999.9900,
  "e": 1E+2,
  "note": "a { \" : , } b",
  "none": {},
  "list": [],
  "items": [
    {
      "n": -0.0
    },
    true,
    null
  ]
}`,
    );
  });

  it('looks like any other, whatever the value', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        // Numbers are what it must not touch, so those that change when written anew are left out.
        fc.pre(text === JSON.stringify(JSON.parse(text)));
        expect(formatJson(text)).toBe(JSON.stringify(JSON.parse(text), undefined, 2));
      }),
    );
  });

  it('leaves what is no JSON', () => {
    expect(formatJson('{"a":')).toBe('{"a":');
    expect(formatJson('')).toBe('');
  });
});
