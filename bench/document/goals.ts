import { pick, quotientsOf, spread, valuesOf, type Result, type Spread } from '../report.js';

/** What was set out to be reached, and where it is measured. */
interface Goal {
  what: string;
  section: string;
  column: string;
  /** At most or at least so much. */
  bound: { most: number } | { least: number };
  digits: number;
  /** Ratio to another target, or, with `toFirstCase`, to the first case. */
  to?: string;
  toFirstCase?: true;
  /** Name of the case; the only one if absent. */
  case?: string;
}

const PROBLEMS = ['errors', 'lost', 'wrong', 'twice'];
const OURS = 'gateway';
const STORED = 'appendfsync everysec';

const GOALS: readonly Goal[] = [
  {
    what: 'CPU of a payment ÷ thin relay',
    section: 'saturation',
    column: 'CPU s per 1,000',
    to: 'thin',
    bound: { most: 1.35 },
    digits: 2,
  },
  {
    what: 'payments/s ÷ thin relay',
    section: 'saturation',
    column: 'per second',
    to: 'thin',
    bound: { least: 0.8 },
    digits: 2,
  },
  {
    what: 'payments/s ÷ Socket.IO',
    section: 'saturation',
    column: 'per second',
    to: 'socketio',
    bound: { least: 1.8 },
    digits: 2,
  },
  {
    what: 'p50 at 500/s ÷ thin relay',
    section: 'payments-500',
    column: 'p50',
    to: 'thin',
    bound: { most: 1.2 },
    digits: 2,
  },
  {
    what: 'p99 at 500/s ÷ thin relay',
    section: 'payments-500',
    column: 'p99',
    to: 'thin',
    bound: { most: 1.1 },
    digits: 2,
  },
  {
    what: 'pings/s ÷ bare `ws` echo',
    section: 'ping',
    column: 'per second',
    to: 'echo',
    bound: { least: 0.8 },
    digits: 2,
  },
  {
    what: 'RSS per idle connection at 19,500, KiB',
    section: 'idle',
    case: '19500 connections',
    column: 'KiB each as it is',
    bound: { most: 6 },
    digits: 1,
  },
  {
    what: '`getTerminals` of 1,000, p50, ms',
    section: 'stops',
    case: '1000 terminals',
    column: 'p50',
    bound: { most: 0.6 },
    digits: 2,
  },
  {
    what: 'longest stop of the event loop, 10,000 terminals, undisturbed, ms',
    section: 'stops',
    case: '10000 terminals',
    column: 'loop stop ms',
    bound: { most: 3 },
    digits: 1,
  },
  {
    what: 'longest stop of Redis, 10,000 terminals, undisturbed, ms',
    section: 'stops',
    case: '10000 terminals',
    column: 'Redis stop ms',
    bound: { most: 3 },
    digits: 1,
  },
  {
    what: 'payments/s with `appendfsync everysec` ÷ none',
    section: 'persistence',
    case: STORED,
    column: 'per second',
    toFirstCase: true,
    bound: { least: 0.95 },
    digits: 2,
  },
];

/** A table in Markdown, introduced. @returns undefined if none of it was measured */
export function goalsTable(results: ReadonlyMap<string, Result>): string | undefined {
  const lines = GOALS.flatMap((goal) => {
    const result = results.get(goal.section);
    const found = result && measured(goal, result);
    return found ? [line(goal, found)] : [];
  });
  if (lines.length === 0) return undefined;
  const rows = [...results.values()].flatMap((result) => result.rows.filter(({ target }) => target === OURS));
  const problems = PROBLEMS.map((name) => `${name} ${valuesOf(rows, name).reduce((a, b) => a + b, 0)}`);
  return [
    'Against the goals, medians of all rounds:',
    '',
    '| Goal | | Measured | |',
    '| --- | --- | --- | --- |',
    ...lines,
    '',
    `In all of these runs together: ${problems.join(', ')}.`,
  ].join('\n');
}

function measured(goal: Goal, { rows }: Result): Spread | undefined {
  const name = goal.case ?? rows[0]!.case;
  const mine = pick(rows, name, OURS);
  if (goal.to !== undefined) return spread(quotientsOf(mine, pick(rows, name, goal.to), goal.column));
  if (goal.toFirstCase) return spread(quotientsOf(mine, pick(rows, rows[0]!.case, OURS), goal.column));
  return spread(valuesOf(mine, goal.column));
}

function line({ what, bound, digits }: Goal, { median, least, most }: Spread): string {
  const isHeld = 'most' in bound ? median <= bound.most : median >= bound.least;
  const limit = 'most' in bound ? `≤ ${bound.most}` : `≥ ${bound.least}`;
  const show = (value: number) => value.toFixed(digits);
  const range = `**${show(median)}** [${show(least)}–${show(most)}]`;
  return `| ${what} | ${limit} | ${range} | ${isHeld ? 'reached' : 'missed'} |`;
}
