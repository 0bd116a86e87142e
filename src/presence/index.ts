export { asSeen, type Endpoint, type ListEntry } from './endpoint.js';
export { type FloorChanges, type FloorFacts, FloorIndex } from './floor-index.js';
export { type Backlog, Backlogs } from './backlog.js';
export type { Activity } from './activity.js';
export { fromMember, memberOf, newConnectionId, PresenceKeys } from './keys.js';
export { PresenceModule } from './presence.module.js';
export {
  type Drop,
  FROM_THE_BEGINNING,
  type ListChanges,
  type OwnerView,
  Presence,
  type Registered,
  type Registration,
} from './presence.js';
export { type DeadlineSet, Pulse } from './pulse.js';
