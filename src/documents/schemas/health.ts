import { listOf, object, oneOf, ref, type JsonSchema } from '../schema.js';

const CHECKS = ['store', 'subscription', 'lease', 'draining'];

/** What orchestrators and balancers are told. */
export const HEALTH = {
  Liveness: object({ status: oneOf(['ok']), timestamp: ref('Timestamp') }, {}, 'The process turns.'),
  Readiness: object(
    {
      status: oneOf(['ok', 'unavailable']),
      checks: object(Object.fromEntries(CHECKS.map((name) => [name, oneOf(['ok', 'failing'])]))),
      timestamp: ref('Timestamp'),
    },
    { failing: listOf(oneOf(CHECKS), 'What fails.') },
    'Whether this instance can serve.',
  ),
} satisfies Record<string, JsonSchema>;
