import type { WebhookReceiver } from '../wire/webhook-receiver.js';

/** After this long without a result a gateway of our own sends `payment.timeout`; well before it gives a silent terminal up. */
export const PAYMENT_WAIT_MS = 4_000;

/** Pauses after attempts that failed, short enough to wait for. */
const RETRY_DELAYS_MS = Array.from({ length: 20 }, () => 200);

/** The settings with which a gateway of our own calls the receiver. */
export function webhookEnvironment({ host }: WebhookReceiver): Record<string, string> {
  return {
    WEBHOOK_ALLOW_HOSTS: host,
    WEBHOOK_RETRY_DELAYS_MS: RETRY_DELAYS_MS.join(','),
    PAYMENT_WAIT_MS: String(PAYMENT_WAIT_MS),
  };
}
