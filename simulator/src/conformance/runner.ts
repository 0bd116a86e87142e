import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../gateway/target.js';
import { Missed } from '../wire/inbox.js';
import type { Layer } from './layers.js';
import { Mismatch } from './mismatch.js';
import { Ground, place, takeNext, type Placed, type Ready } from './placement.js';
import type { Scenario } from './scenario.js';
import { Stage } from './stage.js';
import type { Surroundings } from './surroundings.js';
import { Transcript, type TranscriptLine } from './transcript.js';

export interface Failure {
  expected: string;
  came: string;
  /** Where a frame differs, one line each. */
  details: readonly string[];
  transcript: readonly TranscriptLine[];
}

/** What became of one scenario. */
export interface Verdict {
  scenario: Scenario;
  outcome: 'passed' | 'failed' | 'skipped';
  ms: number;
  /** Why it was skipped. */
  reason?: string;
  failure?: Failure;
}

export interface ConformanceOptions {
  /** How many scenarios run side by side. */
  parallel: number;
  patienceMs: number;
  /** Scenarios that have to wait longer are skipped. */
  longestMs: number;
  highest: Layer;
  /** Told of each verdict as it is reached. */
  say?: (verdict: Verdict) => void;
}

/** Beyond what it has to wait for, a scenario may take so long. */
const SCENARIO_LIMIT_MS = 45_000;

/**
 * Plays scenarios, each at the first gateway that is set up for it, side by side where their devices differ.
 * @returns the verdicts in the given order
 */
export async function conform(
  targets: readonly Target[],
  scenarios: readonly Scenario[],
  options: ConformanceOptions,
): Promise<Verdict[]> {
  const grounds = targets.map((target) => new Ground(target));
  const verdicts = new Map<Scenario, Verdict>();
  const reach = (verdict: Verdict) => {
    verdicts.set(verdict.scenario, verdict);
    options.say?.(verdict);
  };
  const waiting = scenarios.flatMap((scenario): Placed[] => {
    const placed = place(scenario, grounds, options.longestMs);
    if (!('reason' in placed)) return [placed];
    reach({ scenario, outcome: 'skipped', ms: 0, reason: placed.reason });
    return [];
  });
  // The longest first, so that none is left to be waited for alone in the end.
  waiting.sort((a, b) => waitOf(b) - waitOf(a));
  const running = new Set<Promise<void>>();
  while (waiting.length > 0 || running.size > 0) {
    const next = running.size < options.parallel ? takeNext(waiting) : undefined;
    if (!next) {
      await Promise.race(running);
      continue;
    }
    const playing = play(next, options).then((verdict) => {
      next.ground.pool.release(next.lease);
      running.delete(playing);
      reach(verdict);
    });
    running.add(playing);
  }
  return scenarios.map((scenario) => verdicts.get(scenario)!);
}

function waitOf({ scenario, ground }: Placed): number {
  return scenario.waitsFor(ground.target.times)!;
}

async function play(ready: Ready, { patienceMs, highest }: ConformanceOptions): Promise<Verdict> {
  const { scenario, lease, ground } = ready;
  const { urls, times, latePolicy, receiver } = ground.target;
  const transcript = new Transcript();
  const around: Surroundings = { urls, patienceMs, highest, latePolicy, receiver, transcript, asked: [] };
  const stage = new Stage(lease, times, around);
  const began = Date.now();
  const limit = new AbortController();
  try {
    const limitMs = SCENARIO_LIMIT_MS + waitOf(ready);
    await Promise.race([
      scenario.play(stage).then(() => stage.audit()),
      sleep(limitMs, undefined, { signal: limit.signal }).then(() => {
        throw new Missed('the scenario to end', `it still ran after ${limitMs} ms`);
      }),
    ]);
    return { scenario, outcome: 'passed', ms: Date.now() - began };
  } catch (error) {
    const failure = { ...failureOf(error), transcript: transcript.lines.slice() };
    return { scenario, outcome: 'failed', ms: Date.now() - began, failure };
  } finally {
    limit.abort();
    await stage.clear();
  }
}

function failureOf(error: unknown): Omit<Failure, 'transcript'> {
  if (error instanceof Mismatch || error instanceof Missed) {
    const { expected, came } = error;
    return { expected, came, details: error instanceof Mismatch ? error.details : [] };
  }
  const { message, stack } = error as Error;
  return {
    expected: 'the scenario to play to its end',
    came: message,
    details: (stack ?? '').split('\n').slice(1, 4),
  };
}
