export { asSeen, type Endpoint, type ListEntry } from './endpoint.js';
export { type FloorChanges, type FloorFacts, FloorIndex } from './floor-index.js';
export { type Backlog, Backlogs } from './backlog.js';
export type { Activity } from './activity.js';
export { FROM_THE_BEGINNING, type ListChanges, ListReader } from './list-reader.js';
export { fromMember, memberOf, newConnectionId, PresenceKeys } from './keys.js';
export { PresenceModule } from './presence.module.js';
export { type Drop, type OwnerView, Presence, type Registered, type Registration } from './presence.js';
export { type DeadlineSet, Pulse } from './pulse.js';
