import { afterAll, beforeAll, expect, it } from 'vitest';
import { refused } from '../support/clients.js';
import { adminKey, posKey, startCluster, type Cluster } from '../support/fixture.js';

/** What browsers are told with every answer. */
const PROTECTION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};
const NO_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

let cluster: Cluster;

beforeAll(async () => {
  const env = { TRUSTED_PROXIES: '127.0.0.1', RATE_LIMIT_REQUESTS_PER_MINUTE: '20' };
  cluster = await startCluster({ keys: [posKey('pos'), adminKey('boss')], env });
});
afterAll(() => cluster.close());

function answer(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${cluster.instances[0]!.url}${path}`, init);
}

const cases: [status: number, path: string, init?: RequestInit][] = [
  [200, '/health/live'],
  [200, '/health/ready'],
  [200, '/openapi.json'],
  [200, '/asyncapi.json'],
  [200, '/docs/docs.css'],
  [404, '/docs/nothing.css'],
  [404, '/nowhere'],
  [401, '/v1/terminals'],
  [204, '/console/api/session'],
  [401, '/console/api/keys'],
  [413, '/v1/webhooks/endpoints', { method: 'POST', body: 'x'.repeat(200_000) }],
];

it.each(cases)('every answer protects browsers, such as the %i of %s', async (status, path, init) => {
  const { headers, status: given } = await answer(path, init);
  expect(given).toBe(status);
  expect(Object.fromEntries(headers)).toMatchObject({ ...PROTECTION, 'content-security-policy': NO_PAGE });
  expect(headers.has('x-powered-by')).toBe(false);
  expect(headers.has('strict-transport-security')).toBe(false);
});

it('a page has a policy of its own, and nothing else is different', async () => {
  const { headers } = await answer('/docs');
  expect(Object.fromEntries(headers)).toMatchObject(PROTECTION);
  expect(headers.get('content-security-policy')).toContain("script-src 'self'");
  expect(headers.get('content-security-policy')).not.toContain('unsafe');
});

it('whoever comes over a proxy with TLS is told to keep to it', async () => {
  const { headers } = await answer('/health/live', { headers: { 'x-forwarded-proto': 'https' } });
  expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
});

it('a call that a limit refuses is answered with the same headers', async () => {
  const call = () => answer('/v1/terminals', { headers: { 'x-api-key': cluster.key('pos') } });
  let last = await call();
  for (let i = 0; i < 40 && last.status !== 429; i++) last = await call();
  expect(last.status).toBe(429);
  expect(Object.fromEntries(last.headers)).toMatchObject(PROTECTION);
});

it('a refused upgrade is neither kept nor guessed at', async () => {
  const { headers } = await refused(cluster.url(), 'no-such-key');
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
});
