import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { problemOfSignature } from './webhook-signature.js';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const at = new Date('2026-01-15T10:30:00Z');
const body = '{"eventType":"payment.completed","amount":"10.10 €"}';

const headers = (signature = new Webhook(secret).sign('event-1', at, body)) => ({
  'webhook-id': 'event-1',
  'webhook-timestamp': String(at.getTime() / 1_000),
  'webhook-signature': signature,
});
const judge = (changed: object = {}, text = body, now = at.getTime()) =>
  problemOfSignature(secret, { ...headers(), ...changed }, text, now);

describe('a signature of a webhook', () => {
  it('that the library of the scheme has made is good, also as one of two', () => {
    expect(judge()).toBeUndefined();
    expect(judge({ 'webhook-signature': `v1,AAAA ${headers()['webhook-signature']}` })).toBeUndefined();
  });

  it.each([
    ['is missing', { 'webhook-id': undefined }],
    ['was not made with the secret', { 'webhook-id': 'event-2' }],
    ['was not made with the secret', { 'webhook-signature': 'v1,AAAA' }],
    ['is no number of seconds', { 'webhook-timestamp': 'now' }],
  ])('%s', (problem, changed) => {
    expect(judge(changed)).toContain(problem);
  });

  it('is bad for another body and at another time', () => {
    expect(judge({}, `${body} `)).toContain('not made with the secret');
    expect(judge({}, body, at.getTime() + 301_000)).toContain('not of now');
  });
});
