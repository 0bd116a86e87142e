export type { Endpoint } from './endpoint.js';
export { fromMember, memberOf, newConnectionId, PresenceKeys } from './keys.js';
export { PresenceModule } from './presence.module.js';
export {
  type Drop,
  type ListedTerminal,
  type OwnerView,
  Presence,
  type Registered,
  type Registration,
} from './presence.js';
export { type DeadlineSet, Pulse } from './pulse.js';
