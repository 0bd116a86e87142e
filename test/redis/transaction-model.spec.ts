import fc from 'fast-check';
import { it } from 'vitest';
import { TestStore } from '../support/test-store.js';
import { transactionStory } from './transaction-steps.js';
import { TransactionWorld } from './transaction-world.js';

const RUNS = 16;

const LONG = '3600000';

it.each(['void', 'deliver'])(
  'agrees with the model after every step of any story, policy %s',
  { timeout: 180_000 },
  async (policy) => {
    const base = await TestStore.open({
      INSTANCE_LEASE_MS: LONG,
      GRACE_PERIOD_MS: LONG,
      DELIVERY_TIMEOUT_MS: LONG,
      PAYMENT_TIMEOUT_MS: LONG,
      LATE_RESULT_POLICY: policy,
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(transactionStory, async (story) => {
        const store = base.fresh(++run);
        const world = await TransactionWorld.create(store);
        for (const { step, again } of story) {
          await world.take(step);
          if (again) await world.repeat();
          await world.compare();
        }
        // What earlier stories have left would be looked through at every dump.
        await store.wipe();
      }),
      // A failing story is told in as few steps as were found by then, before the test itself runs out of time.
      { numRuns: RUNS, interruptAfterTimeLimit: 150_000, markInterruptAsFailure: true },
    );
  },
);
