import { describe, expect, it } from 'vitest';
import { isSignedBy, signatureOf, signedAt } from './signature.js';

const SECRET = 'test-secret';
const TIME = '2025-01-01T00:00:00.000Z';
const PAYMENT = '{"amount":"1.00","currency":"PHP","paymentMethod":"CARD"}';

const list = { method: 'GET', path: '/v1/terminals', timestamp: TIME, body: Buffer.alloc(0) };
const pay = {
  method: 'POST',
  path: '/v1/terminals/T1/payments',
  timestamp: TIME,
  body: Buffer.from(PAYMENT),
};

describe('signature', () => {
  it('is that of the published vectors', () => {
    expect(signatureOf(SECRET, list)).toBe('KnPhfTjwwbbkBZAp5Qa4k5WS239LNPSuFJjBNfqVy84=');
    expect(signatureOf(SECRET, pay)).toBe('MDkDKyPNhs3sDolD1dHC5kT0DVQQ8iJsY/hxcny4tLo=');
  });

  it('is refused when anything is different', () => {
    const signature = signatureOf(SECRET, pay);
    expect(isSignedBy(SECRET, pay, signature)).toBe(true);
    expect(isSignedBy('another', pay, signature)).toBe(false);
    for (const change of [
      { method: 'PUT' },
      { path: '/v1/terminals/T2/payments' },
      { timestamp: '2025-01-01T00:00:00.001Z' },
      { body: Buffer.from(PAYMENT.replace('1.00', '1.0')) },
    ]) {
      expect(isSignedBy(SECRET, { ...pay, ...change }, signature), JSON.stringify(change)).toBe(false);
    }
    for (const wrong of ['', 'x', `${signature}=`, signature.toLowerCase()]) {
      expect(isSignedBy(SECRET, pay, wrong)).toBe(false);
    }
  });

  it('covers the raw bytes of the body', () => {
    const body = Buffer.from([0x7b, 0xff, 0x7d]);
    expect(signatureOf(SECRET, { ...pay, body })).not.toBe(
      signatureOf(SECRET, { ...pay, body: Buffer.from(body.toString('utf8')) }),
    );
  });
});

describe('the time of a signature', () => {
  const now = Date.parse(TIME);

  it.each([
    ['2025-01-01T00:00:00.000Z', 0],
    ['2025-01-01T00:05:00.000Z', 300_000],
    ['2024-12-31T23:55:00Z', -300_000],
    ['2025-01-01T08:00:00.000+08:00', 0],
  ])('%s is within the window', (text, offset) => {
    expect(signedAt(text, now)).toBe(now + offset);
  });

  it.each([
    '2025-01-01T00:05:00.001Z',
    '2024-12-31T23:54:59.999Z',
    '2025-01-01',
    '1735689600000',
    'Wed, 01 Jan 2025 00:00:00 GMT',
    '2025-13-01T00:00:00.000Z',
    '',
  ])('%j is not', (text) => {
    expect(signedAt(text, now)).toBeUndefined();
  });
});
