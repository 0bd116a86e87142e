// @ts-check
/**
 * In which order `npm test` runs the projects of vitest.config.ts. Most tests wait more than they compute, so the first two lanes go
 * side by side; the last one takes the whole machine, and comes alone.
 */
export const LANES = {
  first: ['unit', 'contract', 'redis', 'cluster', 'topology', 'client'],
  aside: ['e2e', 'simulator'],
  alone: ['chaos', 'console'],
};

/**
 * @template {{ test?: { name?: unknown } }} T
 * @param {T[]} projects
 * @returns {T[]} the same ones
 * @throws if one of them is in no lane, and would never run
 */
export function inLanes(projects) {
  const known = Object.values(LANES).flat();
  const forgotten = projects.find(({ test }) => !known.includes(String(test?.name)));
  if (forgotten) throw new Error(`scripts/lanes.mjs has no lane for ${String(forgotten.test?.name)}`);
  return projects;
}
