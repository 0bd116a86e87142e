// @ts-check
/**
 * In which order `npm test` runs the projects of vitest.config.ts. Most tests wait more than they compute, so the lanes of a phase go
 * side by side; a second phase begins when the first is over. What loads the machine most comes last. Of a project with a
 * part (`e2e 1/2`) only that share of its files runs.
 */
export const PHASES = [
  [['unit', 'contract', 'redis', 'cluster', 'simulator'], ['e2e 1/2', 'topology', 'client'], ['e2e 2/2']],
  [['console'], ['chaos']],
];

/**
 * @param {string} entry of a lane
 * @returns {{ project: string, part: string | undefined }}
 */
export function fromLane(entry) {
  const [project = '', part] = entry.split(' ');
  return { project, part };
}

/**
 * @template {{ test?: { name?: unknown } }} T
 * @param {T[]} projects
 * @returns {T[]} the same ones
 * @throws if one of them is in no lane, and would never run
 */
export function inLanes(projects) {
  const known = PHASES.flat(2).map((entry) => fromLane(entry).project);
  const forgotten = projects.find(({ test }) => !known.includes(String(test?.name)));
  if (forgotten) throw new Error(`scripts/lanes.mjs has no lane for ${String(forgotten.test?.name)}`);
  return projects;
}
