import { describe, expect, it } from 'vitest';
import { agoText, lengthText } from './time.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('a length of time', () => {
  it.each([
    [0, '0 ms'],
    [0.42, '0.4 ms'],
    [850.4, '850 ms'],
    [4_249, '4.2 s'],
    [59_400, '59 s'],
    [61_500, '1 min 2 s'],
    [HOUR - 1, '1 h'],
    [2 * HOUR + 5 * MINUTE, '2 h 5 min'],
    [23 * HOUR + 59 * MINUTE, '23 h 59 min'],
    [49 * HOUR, '2 d 1 h'],
  ])('%d ms is %s', (ms, text) => expect(lengthText(ms)).toBe(text));
});

describe('how long ago', () => {
  it.each([
    [-5_000, 'now'],
    [1_999, 'now'],
    [4_999, '4 s ago'],
    [75 * SECOND, '1 min ago'],
    [3 * HOUR + MINUTE, '3 h ago'],
  ])('%d ms is %s', (ms, text) => expect(agoText(1_000_000, 1_000_000 + ms)).toBe(text));
});
