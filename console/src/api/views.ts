/** The shapes of what the page and the gateway say to each other, from the source of the gateway. */
export type * from '../../../src/console/views.js';
