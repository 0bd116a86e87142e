import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { signatureHeaders } from './signing.js';

const NOW = new Date('2026-01-01T00:00:00.900Z');
const SECRETS = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'];

it('signs id, time and body with each secret, as the Standard Webhooks scheme says', () => {
  const headers = signatureHeaders(SECRETS, 'E', '{"a":"é"}', NOW);
  const expected = SECRETS.map((secret) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`E.1767225600.{"a":"é"}`).digest('base64')}`;
  });
  expect(headers).toEqual({
    'webhook-id': 'E',
    'webhook-timestamp': '1767225600',
    'webhook-signature': expected.join(' '),
  });
});
