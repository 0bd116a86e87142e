import { describe, expect, it } from 'vitest';
import { Random } from './random.js';

describe('Random', () => {
  it('repeats its row for the same parts, and no other', () => {
    const row = (...parts: (string | number)[]) => {
      const random = new Random(...parts);
      return Array.from({ length: 5 }, () => random.int(0, 1_000_000));
    };
    expect(row(1, 'faults')).toEqual(row(1, 'faults'));
    expect(row(1, 'faults')).not.toEqual(row(2, 'faults'));
    expect(row(1, 'faults')).not.toEqual(row(1, 'lane'));
  });

  it('draws both ends, different elements, and by weight', () => {
    const random = new Random('draws');
    const dice = Array.from({ length: 600 }, () => random.int(1, 6));
    expect(new Set(dice)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    expect(new Set(random.some([1, 2, 3, 4], 3)).size).toBe(3);
    expect(random.some([1, 2], 5)).toHaveLength(2);
    const kinds = Array.from({ length: 1_000 }, () => random.weighted({ often: 9, seldom: 1 }));
    expect(kinds.filter((kind) => kind === 'seldom').length).toBeGreaterThan(50);
    expect(kinds.filter((kind) => kind === 'seldom').length).toBeLessThan(150);
  });
});
