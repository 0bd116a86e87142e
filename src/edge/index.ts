export { type Act, Acts } from './acts.js';
export { ClientAddress } from './client-address.js';
export { DrainState } from './drain-state.js';
export { EdgeModule } from './edge.module.js';
export { type HttpRequest, jsonBody } from './http-request.js';
export { pagePolicy } from './page-policy.js';
export { RateLimits } from './rate-limits.js';
export { toGatewayError } from './thrown.js';
