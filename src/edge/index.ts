export { ClientAddress } from './client-address.js';
export { DrainState } from './drain-state.js';
export { EdgeModule } from './edge.module.js';
export { RateLimits } from './rate-limits.js';
export { toGatewayError } from './thrown.js';
