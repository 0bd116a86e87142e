import { Webhook } from 'standardwebhooks';

/**
 * The headers by which a receiver checks a call, after the Standard Webhooks scheme.
 * @param secrets `whsec_…`; each signs, so that during a rotation a receiver may check with either
 */
export function signatureHeaders(
  secrets: readonly string[],
  id: string,
  body: string,
  now = new Date(),
): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, now, body)).join(' '),
  };
}
