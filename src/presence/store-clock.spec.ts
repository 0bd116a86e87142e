import { describe, expect, it } from 'vitest';
import { StoreClock } from './store-clock.js';

describe('StoreClock', () => {
  it('believes the quickest answer of the last while', () => {
    const clock = new StoreClock();
    clock.note(1_500, 1_000);
    clock.note(1_600, 4_000);
    expect(clock.of(10_000)).toBe(10_500);
  });

  it('follows a clock that was set back', () => {
    const clock = new StoreClock();
    clock.note(2_000, 1_000);
    clock.note(41_000, 41_000);
    clock.note(81_000, 81_000);
    expect(clock.of(90_000)).toBe(90_000);
  });

  it('takes the clocks for equal as long as it knows nothing', () => {
    expect(new StoreClock().of(5)).toBe(5);
  });
});
