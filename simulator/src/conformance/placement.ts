import type { Target } from '../gateway/target.js';
import { KeyPool, type Lease } from './key-pool.js';
import type { Scenario, Setup } from './scenario.js';

/** A scenario with a gateway that is set up for it. */
export interface Placed {
  scenario: Scenario;
  ground: Ground;
}

/** A placed scenario whose keys are its own for now. */
export interface Ready extends Placed {
  lease: Lease;
}

/** One gateway, and which of its keys are free. */
export class Ground {
  readonly pool: KeyPool;

  constructor(readonly target: Target) {
    this.pool = new KeyPool(target.keys);
  }

  /** @returns why a scenario can not be played here, or undefined */
  problemOf(scenario: Scenario, longestMs: number): string | undefined {
    const setup = problemOfSetup(scenario.setup, this.target);
    if (setup) return setup;
    const waits = scenario.waitsFor(this.target.times);
    if (waits === undefined) return 'this gateway is not set up for it';
    if (waits > longestMs) return `it waits ${Math.round(waits / 1_000)} s, more than --longest allows`;
    return this.pool.couldLease(scenario.needs) ? undefined : `the keys do not have ${needsText(scenario)}`;
  }
}

/** Finds the first gateway that a scenario can be played at. @returns why there is none, as the first of them has it */
export function place(
  scenario: Scenario,
  grounds: readonly Ground[],
  longestMs: number,
): Placed | { reason: string } {
  const problems = grounds.map((ground) => ground.problemOf(scenario, longestMs));
  const ground = grounds[problems.indexOf(undefined)];
  return ground ? { scenario, ground } : { reason: problems[0]! };
}

/** Takes the first scenario out of the list whose keys are free. */
export function takeNext(waiting: Placed[]): Ready | undefined {
  for (const [i, placed] of waiting.entries()) {
    const lease = placed.ground.pool.lease(placed.scenario.needs);
    if (!lease) continue;
    waiting.splice(i, 1);
    return { ...placed, lease };
  }
  return undefined;
}

function problemOfSetup({ latePolicy, webhooks }: Setup, target: Target): string | undefined {
  if (latePolicy && latePolicy !== target.latePolicy) {
    return `it is for a gateway with LATE_RESULT_POLICY=${latePolicy}, this one has ${target.latePolicy}`;
  }
  if (webhooks && !target.receiver) {
    return 'its receiver of webhooks is on this machine: only with --embedded the gateway may call it';
  }
  return undefined;
}

function needsText({ needs }: Scenario): string {
  const words = {
    tills: 'tills',
    terminals: 'terminals with a deviceId',
    anonymous: 'terminals without a deviceId',
    foreignTills: 'tills of another group',
    foreignTerminals: 'terminals of another group',
  };
  const counts = Object.entries(words).map(
    ([name, word]) => [needs[name as keyof typeof words], word] as const,
  );
  const wanted = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return `${wanted.join(', ')}${needs.http ? ', the tills with a secret' : ''}`;
}
