import { describe, expect, it } from 'vitest';
import { historyOf } from './history.js';
import { STEP_MS, type StoredSample } from './records.js';

const sample = (of: Partial<StoredSample>): StoredSample => ({
  incarnation: 'a~1',
  slot: 100,
  outcomes: { approved: 0, declined: 0, cancelled: 0, failed: 0 },
  latencies: {},
  tills: 1,
  terminals: 2,
  probeAgeMs: 10,
  loopDelayMs: 1,
  ...of,
});

describe('historyOf', () => {
  it('adds up what the instances have told, and takes the worst of what can not be added', () => {
    const approved = { approved: 3, declined: 1, cancelled: 0, failed: 0 };
    const told = historyOf([
      sample({ outcomes: approved, latencies: { 5: 3, 6: 1 } }),
      sample({ incarnation: 'b~1', outcomes: approved, latencies: { 5: 4 }, probeAgeMs: 900, tills: 7 }),
    ]);
    expect(told).toEqual([
      {
        at: 101 * STEP_MS,
        approved: 6,
        declined: 2,
        cancelled: 0,
        failed: 0,
        p50Ms: expect.any(Number) as number,
        p95Ms: expect.any(Number) as number,
        p99Ms: expect.any(Number) as number,
        tills: 8,
        terminals: 4,
        probeAgeMs: 900,
        loopDelayMs: 1,
      },
    ]);
  });

  it('counts a sample once that was stored twice', () => {
    const twice = sample({ outcomes: { approved: 1, declined: 0, cancelled: 0, failed: 0 } });
    expect(historyOf([twice, { ...twice }])).toMatchObject([{ approved: 1, tills: 1 }]);
  });

  it('is in order, with gaps where nothing was told, and without latencies where nothing ended', () => {
    const told = historyOf([sample({ slot: 103 }), sample({ slot: 100 })]);
    expect(told.map(({ at }) => at / STEP_MS)).toEqual([101, 104]);
    expect(told[0]).not.toHaveProperty('p50Ms');
  });
});
