import { expect, it } from 'vitest';
import { failureOf, NOT_PUBLIC } from './call-failure.js';

const error = (code: string, message = 'internal 10.1.2.3') => Object.assign(new Error(message), { code });

it.each([
  [
    new Error('DNS lookup 10.1.2.3(family:4, host:x) is not allowed. Because, It is private IP address.'),
    NOT_PUBLIC,
  ],
  [error('ENOTFOUND'), 'the host name could not be resolved'],
  [error('CERT_HAS_EXPIRED'), 'the certificate is not trusted (CERT_HAS_EXPIRED)'],
  [error('SELF_SIGNED_CERT_IN_CHAIN'), 'the certificate is not trusted (SELF_SIGNED_CERT_IN_CHAIN)'],
  [error('ERR_TLS_CERT_ALTNAME_INVALID'), 'the certificate is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)'],
  [error('EPROTO'), 'no TLS connection could be made'],
  [error('ECONNREFUSED'), 'the call failed (ECONNREFUSED)'],
  [error('HPE_INVALID_CONSTANT'), 'the call failed (HPE_INVALID_CONSTANT)'],
  [new Error('internal 10.1.2.3'), 'the call failed'],
])('%s is told as: %s', (thrown, told) => {
  expect(failureOf(thrown)).toBe(told);
});
