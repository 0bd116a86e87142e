import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../gateway/target.js';
import { Missed } from '../wire/connection.js';
import { Mismatch, type Surroundings } from './devices.js';
import { KeyPool, type Lease } from './key-pool.js';
import type { Layer } from './layers.js';
import type { Scenario } from './scenario.js';
import { Stage } from './stage.js';
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

/** Plays scenarios against a gateway, side by side where their devices differ. @returns the verdicts in the given order */
export async function conform(
  target: Target,
  scenarios: readonly Scenario[],
  options: ConformanceOptions,
): Promise<Verdict[]> {
  const pool = new KeyPool(target.keys);
  const verdicts = new Map<Scenario, Verdict>();
  const reach = (verdict: Verdict) => {
    verdicts.set(verdict.scenario, verdict);
    options.say?.(verdict);
  };
  const waiting = scenarios.filter((scenario) => {
    const reason = reasonToSkip(scenario, target, pool, options);
    if (reason) reach({ scenario, outcome: 'skipped', ms: 0, reason });
    return !reason;
  });
  // The longest first, so that none is left to be waited for alone in the end.
  waiting.sort((a, b) => b.waitsFor(target.times)! - a.waitsFor(target.times)!);
  const running = new Set<Promise<void>>();
  while (waiting.length > 0 || running.size > 0) {
    const next = running.size < options.parallel ? takeNext(waiting, pool) : undefined;
    if (!next) {
      await Promise.race(running);
      continue;
    }
    const playing = play(next.scenario, next.lease, target, options).then((verdict) => {
      pool.release(next.lease);
      running.delete(playing);
      reach(verdict);
    });
    running.add(playing);
  }
  return scenarios.map((scenario) => verdicts.get(scenario)!);
}

function reasonToSkip(
  scenario: Scenario,
  { times }: Target,
  pool: KeyPool,
  { longestMs }: ConformanceOptions,
): string | undefined {
  const waits = scenario.waitsFor(times);
  if (waits === undefined) return 'this gateway is not set up for it';
  if (waits > longestMs) return `it waits ${Math.round(waits / 1_000)} s, more than --longest allows`;
  if (!pool.couldLease(scenario.needs)) return `the keys do not have ${needsText(scenario)}`;
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

function takeNext(waiting: Scenario[], pool: KeyPool): { scenario: Scenario; lease: Lease } | undefined {
  for (const [i, scenario] of waiting.entries()) {
    const lease = pool.lease(scenario.needs);
    if (!lease) continue;
    waiting.splice(i, 1);
    return { scenario, lease };
  }
  return undefined;
}

async function play(
  scenario: Scenario,
  lease: Lease,
  { urls, times }: Target,
  { patienceMs, highest }: ConformanceOptions,
): Promise<Verdict> {
  const transcript = new Transcript();
  const around: Surroundings = { urls, patienceMs, highest, transcript, asked: [] };
  const stage = new Stage(lease, times, around);
  const began = Date.now();
  const limit = new AbortController();
  try {
    const limitMs = SCENARIO_LIMIT_MS + scenario.waitsFor(times)!;
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
