import type { DeliveryView, EndpointView } from '../api/views.js';

type Attempt = DeliveryView['attempts'][number];

/** How a delivery stands, for people. @param now ms since the epoch */
export function deliveryInWords({ status, attempts, nextAttemptAt }: DeliveryView, now: number): string {
  const times = attempts.length === 1 ? 'once' : `${attempts.length} times`;
  switch (status) {
    case 'delivered':
      return attempts.length <= 1 ? 'Delivered' : `Delivered after ${attempts.length} attempts`;
    case 'failed':
      return `Given up: tried ${times}`;
    case 'dropped':
      return 'Not sent: the endpoint was disabled before';
    case 'pending': {
      const next = nextAttemptAt === undefined ? 'soon' : inTime(Date.parse(nextAttemptAt) - now);
      return attempts.length === 0 ? `To be sent ${next}` : `Tried ${times}, again ${next}`;
    }
  }
}

/** What one call of the endpoint came to. */
export function attemptInWords({ statusCode, error, durationMs }: Attempt): string {
  const answer = statusCode === undefined ? (error ?? 'no answer') : `HTTP ${statusCode}`;
  const detail = statusCode !== undefined && error !== undefined ? ` (${error})` : '';
  return `${answer}${detail} after ${Math.round(durationMs)} ms`;
}

/** Why an endpoint gets nothing, and what to do about it; undefined if it is active. */
export function disabledInWords({ status, disabledReason }: EndpointView): string | undefined {
  if (status === 'active') return undefined;
  if (disabledReason === undefined) return 'Disabled by its owner.';
  return `Disabled by the gateway: ${disabledReason}. Its owner enables it again with PUT and status "active".`;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function inTime(ms: number): string {
  if (ms <= 1_000) return 'now';
  if (ms < MINUTE_MS) return `in ${Math.round(ms / 1_000)} s`;
  return ms < HOUR_MS ? `in ${Math.round(ms / MINUTE_MS)} min` : `in ${Math.round(ms / HOUR_MS)} h`;
}
