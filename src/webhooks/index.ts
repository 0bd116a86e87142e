export { Courier } from './courier.js';
export { Deliveries } from './deliveries.js';
export type { Delivery } from './delivery.js';
export { DeliveryQueue } from './delivery-queue.js';
export type { Endpoint, IssuedEndpoint } from './endpoint.js';
export { EndpointStore, type EndpointsPage, type OwnedEndpoint } from './endpoint-store.js';
export { type EndpointChange, Endpoints } from './endpoints.js';
export { WebhooksModule } from './webhooks.module.js';
