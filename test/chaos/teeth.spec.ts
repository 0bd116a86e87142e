// All of them, and the same trouble with the whole gateway: npm run chaos -- --teeth
import { describe, expect, it } from 'vitest';
import { discard } from './run.js';
import { bite, broken, TEETH } from './teeth.js';

describe('without a protection the checker finds violations', () => {
  it.each(['no claim', 'no receipts'])('%s', { timeout: 120_000 }, async (name) => {
    const outcome = await bite(name, 1, false);
    const rules = [...broken(outcome).keys()];
    expect(rules.filter((rule) => TEETH[name]!.expected.includes(rule))).not.toEqual([]);
    discard(outcome);
  });
});
