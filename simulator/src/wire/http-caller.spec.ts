import { expect, it } from 'vitest';
import { signature } from './http-caller.js';

const secret = 'test-secret';
const timestamp = '2025-01-01T00:00:00.000Z';

it.each([
  ['GET', '/v1/terminals', '', 'KnPhfTjwwbbkBZAp5Qa4k5WS239LNPSuFJjBNfqVy84='],
  ['GET', '/v1/terminals?includeOffline=true', '', 'KnPhfTjwwbbkBZAp5Qa4k5WS239LNPSuFJjBNfqVy84='],
  [
    'POST',
    '/v1/terminals/T1/payments',
    '{"amount":"1.00","currency":"PHP","paymentMethod":"CARD"}',
    'MDkDKyPNhs3sDolD1dHC5kT0DVQQ8iJsY/hxcny4tLo=',
  ],
])('signs %s %s as the contract does', (method, path, body, expected) => {
  expect(signature(secret, { method, path, timestamp, body })).toBe(expected);
});
