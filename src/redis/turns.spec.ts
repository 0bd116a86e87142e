import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { Turns } from './turns.js';

/** Work that ends when it is told to. */
function stage(turns: Turns) {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const begin = (i: number) =>
    turns.run(() => {
      begun.push(i);
      return new Promise<void>((resolve) => (ends[i] = resolve));
    });
  return { begun, begin, end: (i: number) => ends[i]!() };
}

describe('Turns', () => {
  it('lets so much through at a time, in order', async () => {
    const { begun, begin, end } = stage(new Turns({ most: 2, hangsMs: 60_000 }));
    const all = [0, 1, 2, 3].map(begin);
    expect(begun).toEqual([0, 1]);
    end(1);
    await all[1];
    await eventually(() => expect(begun).toEqual([0, 1, 2]));
    end(0);
    end(2);
    await eventually(() => expect(begun).toEqual([0, 1, 2, 3]));
    end(3);
    await Promise.all(all);
  });

  it('gives back what the work gives, and goes on after work that fails', async () => {
    const turns = new Turns({ most: 1 });
    const failing = turns.run(() => Promise.reject(new Error('no')));
    const next = turns.run(() => Promise.resolve('yes'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });

  describe('that have waited for long', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    it('all go ahead when nothing is finished any more', async () => {
      const { begun, begin } = stage(new Turns({ most: 1, hangsMs: 60_000, patienceMs: 1_000 }));
      void [0, 1, 2].map(begin);
      await vi.advanceTimersByTimeAsync(999);
      expect(begun).toEqual([0]);
      await vi.advanceTimersByTimeAsync(1);
      expect(begun).toEqual([0, 1, 2]);
    });

    it('take the place of what hangs, one of each', async () => {
      const { begun, begin, end } = stage(new Turns({ most: 2, hangsMs: 100, patienceMs: 60_000 }));
      void Array.from({ length: 6 }, (_, i) => begin(i));
      await vi.advanceTimersByTimeAsync(50);
      end(1);
      await vi.advanceTimersByTimeAsync(0);
      expect(begun).toEqual([0, 1, 2]);
      await vi.advanceTimersByTimeAsync(50);
      expect(begun).toEqual([0, 1, 2, 3]);
      end(0);
      await vi.advanceTimersByTimeAsync(0);
      expect(begun).toEqual([0, 1, 2, 3]);
      end(3);
      await vi.advanceTimersByTimeAsync(0);
      expect(begun).toEqual([0, 1, 2, 3, 4]);
    });

    it('wait on as long as it goes on', async () => {
      const { begun, begin, end } = stage(new Turns({ most: 1, hangsMs: 60_000, patienceMs: 1_000 }));
      void Array.from({ length: 10 }, (_, i) => begin(i));
      for (let i = 0; i < 5; i++) {
        await vi.advanceTimersByTimeAsync(900);
        end(i);
      }
      await vi.advanceTimersByTimeAsync(0);
      expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    });
  });
});
