import { describe, expect, it } from 'vitest';
import { isAmount } from './amount.js';
import { ExactNumber } from './json-text.js';

const number = (text: string) => new ExactNumber(text);

describe('isAmount', () => {
  it.each(['1', '0.01', '10.10', '0.0001', '999999999999999.9999', '007'])('takes the text %s', (text) => {
    expect(isAmount(text)).toBe(true);
  });

  it.each([
    '',
    '0',
    '0.00',
    '-1',
    '+1',
    '1.',
    '.5',
    '1e3',
    '1.00000',
    '1000000000000000',
    ' 1',
    '1,50',
    'NaN',
    '٣',
  ])('refuses the text "%s"', (text) => {
    expect(isAmount(text)).toBe(false);
  });

  it.each(['1', '10.10', '99999999999999.99', '1e2', '1.50000', '1e14', '0.1'])(
    'takes the number %s',
    (text) => {
      expect(isAmount(number(text))).toBe(true);
    },
  );

  it.each(['0', '-1', '1e15', '0.00001', '1e-5', '-0.0', '1000000000000000'])(
    'refuses the number %s',
    (text) => {
      expect(isAmount(number(text))).toBe(false);
    },
  );

  it.each([[null], [undefined], [true], [{}], [[]], [1]])('refuses %j, which is neither', (value) => {
    expect(isAmount(value)).toBe(false);
  });
});
