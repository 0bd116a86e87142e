import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../support/fixture.js';

describe('the documents of a gateway', () => {
  let cluster: Cluster;
  let url: string;
  beforeAll(async () => {
    cluster = await startCluster({ keys: [] });
    url = cluster.instances[0]!.url;
  });
  afterAll(() => cluster.close());

  it.each([
    ['/openapi.json', 'openapi', '3.1.0'],
    ['/asyncapi.json', 'asyncapi', '3.0.0'],
  ])('%s is there for anyone', async (path, member, format) => {
    const response = await fetch(url + path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('cache-control')).toMatch(/max-age=\d+/);
    const document = (await response.json()) as any;
    const { version } = JSON.parse(await readFile('package.json', 'utf8'));
    expect([document[member], document.info.version]).toEqual([format, version]);
  });

  it('shows them on a page that runs nothing but files of the gateway', async () => {
    const response = await fetch(`${url}/docs`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = response.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const html = await response.text();
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|https?:\/\//);
    expect(html).toContain('href="/asyncapi.json"');
  });

  it('has every file of the page', async () => {
    const html = await (await fetch(`${url}/docs`)).text();
    const references = [...html.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(([, path]) => path!);
    expect(references.length).toBeGreaterThanOrEqual(5);
    const types: Record<string, RegExp> = { js: /^text\/javascript/, css: /^text\/css/, png: /^image\/png/ };
    for (const path of references) {
      const response = await fetch(url + path);
      expect(response.status, path).toBe(200);
      expect(response.headers.get('content-type'), path).toMatch(types[path.split('.').at(-1)!]!);
      expect(response.headers.get('cache-control'), path).toBe('public, max-age=86400');
      expect((await response.arrayBuffer()).byteLength, path).toBeGreaterThan(100);
      expect(response.headers.get('last-modified'), path).not.toBeNull();
    }
  });

  it.each([
    '/docs/nothing.js',
    '/docs/docs.html',
    '/docs/package.json',
    '/docs/index.html',
    '/docs/swagger-ui-bundle.js.map',
    '/docs/../package.json',
    '/docs/..%2fpackage.json',
    '/docs/%2e%2e%2f%2e%2e%2fpackage.json',
    '/docs/..%5cpackage.json',
    '/docs/docs.css%00',
    '/docs/%2fetc%2fpasswd',
    '/docs/__proto__',
    '/docs/constructor',
    '/docs/page/docs.css',
    '/page/docs.css',
  ])('has nothing at %s', async (path) => {
    const { status, body } = await getRaw(url, path);
    expect(status).toBe(404);
    expect(JSON.parse(body)).toEqual({
      error: 'Not Found',
      message: 'Not found',
      code: 'NOT_FOUND',
      timestamp: expect.any(String),
    });
  });
});

/** A request whose path goes out as it is: `fetch` would resolve the dots. */
async function getRaw(url: string, path: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    request(url, { path }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    })
      .on('error', reject)
      .end();
  });
}
