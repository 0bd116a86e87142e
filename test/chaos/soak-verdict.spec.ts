import { describe, expect, it } from 'vitest';
import { BOUNDS, judge, slopeOf } from './soak-verdict.js';
import type { Sample } from './soak-watch.js';

/** 30 looks, one a minute. */
function samples(change: (sample: Sample, i: number) => void = () => {}): Sample[] {
  return Array.from({ length: 30 }, (_, i) => {
    const holding = { pid: 1, rssMib: 150, heapMib: 40, handles: 50, lateP99: 1, lateMax: 2 };
    const sample = {
      minute: i,
      instances: { a: { ...holding } },
      redisMib: 10,
      keys: { tx: 1_000 * i, mailbox: 10 },
      begun: 0,
      ended: 0,
      refused: 0,
    };
    change(sample, i);
    return sample;
  });
}

const failed = (list: Sample[]) => judge(list, [], ['a']).lines.filter((line) => line.startsWith('✗'));

describe('the verdict of a soak', () => {
  it('is good when nothing grows but what is kept', () => {
    expect(judge(samples(), [], ['a'])).toMatchObject({ isSound: true });
  });

  it('finds memory that grows', () => {
    const leak = 2 * BOUNDS.heapMib;
    expect(failed(samples((sample, i) => (sample.instances['a']!.heapMib += leak * i)))).toEqual([
      `✗ a: heap after GC +0.60 MiB per minute, at most ${BOUNDS.heapMib}`,
    ]);
  });

  it('lets everything fill once', () => {
    const filling = samples((sample, i) => (sample.instances['a']!.heapMib += 10 * Math.min(i, 9)));
    expect(failed(filling)).toEqual([]);
  });

  it('finds keys that nobody takes away', () => {
    const [line] = failed(samples((sample, i) => (sample.keys['mailbox'] = 50 * i)));
    expect(line).toContain('mailbox from 500 to 1450');
  });

  it('is bad when anything was lost', () => {
    const violation = { rule: 'whoever asked has the outcome', tx: 't', detail: '' };
    const { isSound, lines } = judge(samples(), [violation], ['a']);
    expect(isSound).toBe(false);
    expect(lines[0]).toBe('✗ lost 1, twice 0, other violations 0');
  });

  it('does not judge growth by a short run, and says so', () => {
    const { isSound, lines } = judge(samples().slice(0, 5), [], ['a']);
    expect(isSound).toBe(true);
    expect(lines[1]).toContain('growth is not judged');
  });
});

describe('a slope', () => {
  it('is that of the line through the points', () => {
    expect(slopeOf([0, 1, 2, 3].map((x) => [x, 5 + 2 * x] as const))).toBeCloseTo(2);
    expect(slopeOf([[1, 1]])).toBe(0);
  });
});
