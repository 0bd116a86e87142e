// @ts-check
/**
 * In which order `npm test` runs the projects of vitest.config.ts. Most tests wait more than they compute, so the two lanes of a phase
 * go side by side; a second phase begins when the first is over. What loads the machine most comes last.
 */
export const PHASES = [
  { first: ['unit', 'contract', 'redis', 'cluster', 'topology', 'simulator'], aside: ['e2e'] },
  { first: ['console'], aside: ['chaos', 'client'] },
];

/**
 * @template {{ test?: { name?: unknown } }} T
 * @param {T[]} projects
 * @returns {T[]} the same ones
 * @throws if one of them is in no lane, and would never run
 */
export function inLanes(projects) {
  const known = PHASES.flatMap(({ first, aside }) => [...first, ...aside]);
  const forgotten = projects.find(({ test }) => !known.includes(String(test?.name)));
  if (forgotten) throw new Error(`scripts/lanes.mjs has no lane for ${String(forgotten.test?.name)}`);
  return projects;
}
