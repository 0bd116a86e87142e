export { GatewayModule } from './gateway.module.js';
export { Service } from './service.js';
export { GatewayWsAdapter } from './ws-adapter.js';
