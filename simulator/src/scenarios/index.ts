import { LAYERS, type Layer } from '../conformance/layers.js';
import { SUBJECTS, type Scenario } from '../conformance/scenario.js';
import { CANCEL } from './cancel.js';
import { HOSTILE } from './hostile.js';
import { HTTP } from './http.js';
import { IDEMPOTENCY } from './idempotency.js';
import { LATE } from './late.js';
import { NETWORK } from './network.js';
import { PAYMENT } from './payment.js';
import { PRESENCE } from './presence.js';
import { RECOVERY } from './recovery.js';
import { REFUSALS } from './refusals.js';
import { TERMINAL } from './terminal.js';
import { TRANSACTIONS } from './transactions.js';
import { VOID } from './void.js';
import { WEBHOOKS } from './webhooks.js';

/** Every scenario, by subject. */
export const SCENARIOS: readonly Scenario[] = [
  ...PAYMENT,
  ...IDEMPOTENCY,
  ...REFUSALS,
  ...PRESENCE,
  ...TERMINAL,
  ...RECOVERY,
  ...NETWORK,
  ...VOID,
  ...LATE,
  ...CANCEL,
  ...TRANSACTIONS,
  ...HTTP,
  ...WEBHOOKS,
  ...HOSTILE,
];

export interface Selection {
  scenarios: Scenario[];
  /** The highest layer that counts, in scenarios and in single members. */
  highest: Layer;
}

/**
 * @param words names of scenarios, of subjects, and at most one layer, which leaves out whatever lies above it; none is all
 * @returns undefined with the word that means nothing
 */
export function select(words: readonly string[]): Selection | { unknown: string } {
  const layers = words.filter((word): word is Layer => (LAYERS as readonly string[]).includes(word));
  const highest = layers[0] ?? 'extensions';
  const names = words.filter((word) => !layers.includes(word as Layer));
  const unknown = names.find(
    (word) => !SCENARIOS.some(({ name }) => name === word) && !(SUBJECTS as readonly string[]).includes(word),
  );
  if (unknown !== undefined || layers.length > 1) return { unknown: unknown ?? layers[1]! };
  const scenarios = SCENARIOS.filter(
    ({ name, subject, layer }) =>
      LAYERS.indexOf(layer) <= LAYERS.indexOf(highest) &&
      (names.length === 0 || names.includes(name) || names.includes(subject)),
  );
  return { scenarios, highest };
}
