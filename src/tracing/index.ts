export type { Spans } from './span.js';
export { startTracing } from './start.js';
export { type StepName, Trail } from './trail.js';
