import fc from 'fast-check';
import { it } from 'vitest';
import { TestStore } from '../support/test-store.js';
import { INSTANCES, PresenceWorld } from './presence-world.js';

const RUNS = 40;

const key = fc.constantFrom(0, 1, 1, 2);
const instance = fc.constantFrom(...INSTANCES);
/** Which of the connections that a key ever had, counted from the latest. */
const age = fc.constantFrom(0, 0, 0, 1, 2);

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('connect' as const), key, instance }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('restore' as const), key, age }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('drop' as const), key, age }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('endGrace' as const), key, due: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lapse' as const), instance }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('bury' as const), instance }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('beat' as const), instance }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wipe' as const) }) },
);
/** `again`: the reply is lost, and the client sends the script once more. */
const steps = fc.array(fc.record({ step, again: fc.boolean() }), {
  minLength: 1,
  maxLength: 40,
  size: 'max',
});

it('agrees with the model after every step of any story', { timeout: 60_000 }, async () => {
  const base = await TestStore.open({ INSTANCE_LEASE_MS: '3600000', GRACE_PERIOD_MS: '3600000' });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (story) => {
      const store = base.fresh(++run);
      const world = await PresenceWorld.create(store);
      try {
        for (const { step, again } of story) {
          await world.take(step);
          if (again) await world.repeat();
          await world.compare();
        }
        await world.compareHints();
        // What earlier stories have left would be looked through at every dump.
        await store.wipe();
      } finally {
        world.close();
      }
    }),
    // A failing story is told in as few steps as were found by then, before the test itself runs out of time.
    { numRuns: RUNS, interruptAfterTimeLimit: 45_000, markInterruptAsFailure: true },
  );
});
