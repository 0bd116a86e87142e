import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT_FOLDER } from '../support/programs.js';
import { report } from './report.js';
import { discard, run } from './run.js';

const SEED = Number(process.env.CHAOS_SEED ?? 20_260);

it('payments under faults keep every promise', { timeout: 120_000 }, async () => {
  const outcome = await run({
    ...{ seed: SEED, seconds: 12, rate: 60, payments: 600, terminals: 20, tills: 10, abandons: 0.3 },
    dist: join(PROJECT_FOLDER, 'dist'),
    settleMs: 40_000,
  });
  console.log(report(outcome));
  expect(outcome.violations).toEqual([]);
  // A run without payments or without faults would prove nothing.
  expect(outcome.begun).toBeGreaterThan(200);
  expect(outcome.faults.counts.size).toBeGreaterThanOrEqual(5);
  discard(outcome);
});
