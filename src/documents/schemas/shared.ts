import type { JsonSchema } from '../schema.js';
import { ERROR_SCHEMAS } from './errors.js';
import { HEALTH } from './health.js';
import { PAYMENTS } from './payments.js';
import { TERMINALS } from './terminals.js';
import { VALUES } from './values.js';
import { WEBHOOKS } from './webhooks.js';

/** Every schema with a name; each document takes those that it refers to. */
export const SHARED_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  ...VALUES,
  ...ERROR_SCHEMAS,
  ...TERMINALS,
  ...PAYMENTS,
  ...WEBHOOKS,
  ...HEALTH,
};
