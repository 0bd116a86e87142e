export { ConnectionsModule } from './connections.module.js';
export { FrameLimit, type FrameVerdict } from './frame-limit.js';
export { Heartbeat } from './heartbeat.js';
export { type EndHandler, type FrameHandler, Session } from './session.js';
export { Sessions } from './sessions.js';
