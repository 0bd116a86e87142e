export { CommandSample } from './command-sample.js';
export { type EmbeddedRedis, embeddedSocketPath, startEmbeddedRedis } from './embedded.js';
export { byPartition, PARTITIONS, partitionOf, partitionTag } from './partitions.js';
export { defineScript, type Script, texts } from './script.js';
export { StoreUnusable } from './server-check.js';
export { Store } from './store.js';
export type { StoreStatus } from './store-status.js';
export { asStoreError, type CommandOutcome, StoreUnavailable } from './store-unavailable.js';
export { Turns } from './turns.js';
