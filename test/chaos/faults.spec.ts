import { describe, expect, it } from 'vitest';
import { schedule, WEIGHTS } from './faults.js';

describe('the schedule of faults', () => {
  it('is the same for a seed, has a fault every 0.5 to 2 s, and in the long run every kind', () => {
    const faults = schedule(7, 3_600_000);
    expect(schedule(7, 3_600_000)).toEqual(faults);
    expect(schedule(8, 3_600_000)).not.toEqual(faults);
    const pauses = faults.slice(1).map(({ at }, i) => at - faults[i]!.at);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(2_000);
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(Object.keys(WEIGHTS)));
  });
});
