import { describe, expect, it } from 'vitest';
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
    const { begun, begin, end } = stage(new Turns(2, 60_000));
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
    const turns = new Turns(1, 60_000);
    const failing = turns.run(() => Promise.reject(new Error('no')));
    const next = turns.run(() => Promise.resolve('yes'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });

  it('does not wait for ever for work that hangs', async () => {
    const { begun, begin } = stage(new Turns(1, 10));
    void [0, 1, 2].map(begin);
    expect(begun).toEqual([0]);
    await eventually(() => expect(begun).toEqual([0, 1, 2]));
  });
});
