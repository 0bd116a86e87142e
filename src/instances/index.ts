export type { HistorySample } from './history.js';
export { Instances } from './instances.js';
export { InstancesModule } from './instances.module.js';
export type { InstanceCard } from './records.js';
