import type { HttpArea } from '../metrics/index.js';

const AREAS: readonly [path: string, area: HttpArea][] = [
  ['/v1/terminals', 'terminals'],
  ['/v1/transactions', 'transactions'],
  ['/v1/webhooks', 'webhooks'],
  ['/console', 'console'],
  ['/health', 'operation'],
  ['/metrics', 'operation'],
  ['/docs', 'documents'],
  ['/openapi.json', 'documents'],
  ['/asyncapi.json', 'documents'],
];
const PAYMENT = /^\/v1\/terminals\/[^/]+\/payments(\/|$)/;

/** What a request is about. @param path without the query string, of whatever somebody has sent */
export function httpAreaOf(path: string): HttpArea {
  const [, area = 'other'] = AREAS.find(([start]) => path === start || path.startsWith(`${start}/`)) ?? [];
  return area === 'terminals' && PAYMENT.test(path) ? 'payments' : area;
}
