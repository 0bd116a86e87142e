/**
 * What the console's page and its server say to each other: JSON over HTTP under `/console/api`, and a stream of server-sent
 * events. Types only, so that the page is built from the very source that the server is. Times are ms since the epoch by the
 * store's clock unless a name says otherwise.
 */
export type * from './views/floor.js';
export type * from './views/health.js';
export type * from './views/key.js';
export type * from './views/operator.js';
export type * from './views/payment.js';
export type * from './views/webhook.js';
