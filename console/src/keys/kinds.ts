import type { KeyKind } from '../api/views.js';

/** In the words of a shop. */
export const KIND_NAMES: Record<KeyKind, string> = {
  desktop: 'Till',
  terminal: 'Terminal',
  admin: 'Admin',
};
