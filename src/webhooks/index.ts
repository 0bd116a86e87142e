export { Endpoints } from './endpoints.js';
export { WebhooksModule } from './webhooks.module.js';
