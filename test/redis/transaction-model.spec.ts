import fc from 'fast-check';
import { it } from 'vitest';
import { TestStore } from '../support/test-store.js';
import { transactionStory } from './transaction-steps.js';
import { TransactionWorld } from './transaction-world.js';

const RUNS = 40;

it('agrees with the model after every step of any story', { timeout: 60_000 }, async () => {
  const base = await TestStore.open({ INSTANCE_LEASE_MS: '3600000', GRACE_PERIOD_MS: '3600000' });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(transactionStory, async (story) => {
      const world = await TransactionWorld.create(base.fresh(++run));
      for (const { step, again } of story) {
        await world.take(step);
        if (again) await world.repeat();
        await world.compare();
      }
    }),
    // A failing story is told in as few steps as were found by then, before the test itself runs out of time.
    { numRuns: RUNS, interruptAfterTimeLimit: 45_000 },
  );
});
