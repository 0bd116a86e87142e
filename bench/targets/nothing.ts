import type { Target } from '../types.js';

/** For what is measured in the generator's own process. */
export const nothing: Target = {
  name: 'nothing',
  label: 'in a loop',
  start: () => Promise.resolve({ urls: [], processes: [], stop: () => Promise.resolve() }),
};
