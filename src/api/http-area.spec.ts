import { expect, it } from 'vitest';
import { httpAreaOf } from './http-area.js';

it.each([
  ['/v1/terminals', 'terminals'],
  ['/v1/terminals/TERM-001', 'terminals'],
  ['/v1/terminals/TERM-001/payments', 'payments'],
  ['/v1/terminals/payments', 'terminals'],
  ['/v1/transactions/T-1/cancel', 'transactions'],
  ['/v1/webhooks/endpoints', 'webhooks'],
  ['/console', 'console'],
  ['/console/api/keys', 'console'],
  ['/consoles', 'other'],
  ['/health/ready', 'operation'],
  ['/metrics', 'operation'],
  ['/docs/page.js', 'documents'],
  ['/openapi.json', 'documents'],
  ['/v1', 'other'],
  ['//', 'other'],
  ['', 'other'],
])('%s is about: %s', (path, area) => {
  expect(httpAreaOf(path)).toBe(area);
});
