/** The one place where the page takes something from the gateway's source: the shapes of what they say to each other. */
export type * from '../../../src/console/views.js';
