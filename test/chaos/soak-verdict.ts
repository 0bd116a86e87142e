import type { Violation } from './checker.js';
import type { Sample } from './soak-watch.js';

/** Least-squares growth that counts as none, MiB per minute. In half an hour a leak of 1 KiB per payment would be 2.4. */
export const BOUNDS = { heapMib: 0.3, rssMib: 1.5 };
/** Part of the samples in which everything fills that fills once. */
const WARM_UP_SHARE = 1 / 3;
/** Compiled code and caches go on filling for a while; a slope over less says nothing. */
const FEWEST_MINUTES = 5;
/** Kinds of keys that are kept per payment, for as long as they are to be kept. */
const KEPT = new Set(['tx', 'refused', 'signature']);
/** By how much any other kind may grow after the warm-up. */
const KEY_SLACK = { share: 0.2, count: 200 };

const LOST = [
  'a result is acknowledged',
  'whoever asked has the outcome',
  'an approval ends completed or voided',
  'nothing stays open',
];
const TWICE = ['at most one dispatch', 'one final outcome'];

export interface Verdict {
  lines: string[];
  isSound: boolean;
}

/** @param lasting instances that lived through the whole run */
export function judge(
  samples: readonly Sample[],
  violations: readonly Violation[],
  lasting: readonly string[],
): Verdict {
  const lost = violations.filter(({ rule }) => LOST.includes(rule)).length;
  const twice = violations.filter(({ rule }) => TWICE.includes(rule)).length;
  const others = violations.length - lost - twice;
  const checks = [
    { line: `lost ${lost}, twice ${twice}, other violations ${others}`, holds: violations.length === 0 },
    ...growth(samples, lasting),
  ];
  return {
    lines: checks.map(({ line, holds }) => `${holds ? '✓' : '✗'} ${line}`),
    isSound: checks.every(({ holds }) => holds),
  };
}

interface Check {
  line: string;
  holds: boolean;
}

function growth(samples: readonly Sample[], lasting: readonly string[]): Check[] {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  const minutes = (warm.at(-1)?.minute ?? 0) - (warm[0]?.minute ?? 0);
  if (minutes < FEWEST_MINUTES) {
    return [
      { line: `only ${minutes.toFixed(1)} minutes after the warm-up: growth is not judged`, holds: true },
    ];
  }
  const ofInstances = lasting.flatMap((name) =>
    (Object.keys(BOUNDS) as (keyof typeof BOUNDS)[]).map((measure) => {
      const points = warm.flatMap(({ minute, instances }) => {
        const holding = instances[name];
        return holding ? [[minute, holding[measure]] as const] : [];
      });
      const slope = slopeOf(points);
      const what = measure === 'heapMib' ? 'heap after GC' : 'RSS';
      return {
        line: `${name}: ${what} ${slope >= 0 ? '+' : ''}${slope.toFixed(2)} MiB per minute, at most ${BOUNDS[measure]}`,
        holds: slope <= BOUNDS[measure],
      };
    }),
  );
  return [...ofInstances, keysCheck(warm[0]!, warm.at(-1)!)];
}

function keysCheck(first: Sample, last: Sample): Check {
  const grown = Object.entries(last.keys).filter(([kind, count]) => {
    const before = first.keys[kind] ?? 0;
    return !KEPT.has(kind) && count > before * (1 + KEY_SLACK.share) + KEY_SLACK.count;
  });
  const shown = grown.map(([kind, count]) => `${kind} from ${first.keys[kind] ?? 0} to ${count}`);
  const kept = [...KEPT].map((kind) => `${kind} ${last.keys[kind] ?? 0}`).join(', ');
  return {
    line: `keys that are not kept per payment (${kept}): ${shown.join(', ') || 'none more'}`,
    holds: grown.length === 0,
  };
}

/** Least squares. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x0, y0] = [mean(0), mean(1)];
  const top = points.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0);
  const bottom = points.reduce((sum, [x]) => sum + (x - x0) ** 2, 0);
  return bottom === 0 ? 0 : top / bottom;
}
