import { createHmac } from 'node:crypto';

/** Older or newer than this a call is not genuine, ms. */
const TOLERANCE_MS = 5 * 60_000;

/**
 * What is wrong with the signature of a webhook by the Standard Webhooks scheme, as a receiver checks it.
 * @param secret `whsec_…`
 * @param body as it came, byte for byte
 * @returns undefined if nothing is
 */
export function problemOfSignature(
  secret: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
  now = Date.now(),
): string | undefined {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map(
    (name) => headers[`webhook-${name}`],
  );
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') {
    return 'webhook-id, webhook-timestamp or webhook-signature is missing';
  }
  if (!/^\d+$/.test(timestamp)) return 'webhook-timestamp is no number of seconds';
  if (Math.abs(now - Number(timestamp) * 1_000) > TOLERANCE_MS) return 'webhook-timestamp is not of now';
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return signatures.split(' ').includes(`v1,${expected}`)
    ? undefined
    : 'webhook-signature was not made with the secret';
}
