import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startInstance, type GatewayInstance } from '../../support/instance.js';

const SCRIPT = 'console.log("a script of the page");\n'.repeat(100);
const FILES = {
  'index.html': '<!doctype html><title>Console</title><div id="app"></div>',
  'assets/index-Abc123.js': SCRIPT,
  'assets/index-Abc123.css': 'body { color: CanvasText }',
  'assets/icon-Abc123.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
};
const URL_OF_SCRIPT = '/console/assets/index-Abc123.js';

/** A gateway built with this page, whatever the page of this project is made of at the moment. */
async function start(
  files: Record<string, string>,
): Promise<GatewayInstance & { stopped: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'terminal-gateway-page-'));
  await cp('dist', join(folder, 'dist'), { recursive: true });
  await cp('package.json', join(folder, 'package.json'));
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  const page = join(folder, 'dist/console/page');
  await rm(page, { recursive: true, force: true });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(page, name, '..'), { recursive: true });
    await writeFile(join(page, name), text);
  }
  const instance = await startInstance({ main: join(folder, 'dist/main.js'), env: { HOST: '127.0.0.1' } });
  const stopped = async () => {
    instance.kill();
    await instance.exited;
    await rm(folder, { recursive: true, force: true });
  };
  return Object.assign(instance, { stopped });
}

interface Answer {
  status: number | undefined;
  headers: NodeJS.Dict<string | string[]>;
  body: Buffer;
}

/** A request that goes out as it is: `fetch` would resolve dots, set the host, and unpack the answer. */
function get({ url }: GatewayInstance, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { path, headers }, (response) => {
      const { statusCode: status, headers } = response;
      buffer(response).then((body) => resolve({ status, headers, body }), reject);
    })
      .on('error', reject)
      .end();
  });
}

describe('the page of the console', () => {
  let instance: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    instance = await start(FILES);
  });
  afterAll(() => instance.stopped());

  it.each([
    '/console',
    '/console/',
    '/console/payments',
    '/console/payments/shop/tx-1?from=feed',
    '/console/index.html',
  ])('is at %s, always fresh', async (path) => {
    const { status, headers, body } = await get(instance, path);
    expect(status).toBe(200);
    expect(body.toString()).toBe(FILES['index.html']);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
  });

  it('runs nothing but files of the gateway, in no frame, and speaks with nobody else', async () => {
    const { headers } = await get(instance, '/console');
    const policy = String(headers['content-security-policy']).split('; ');
    const host = `127.0.0.1:${instance.port}`;
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        `connect-src 'self' ws://${host} wss://${host}`,
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
      ]),
    );
    expect(policy.join()).not.toMatch(/unsafe|\*/);
    expect(headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'permissions-policy': expect.stringContaining('camera=()') as string,
      'cross-origin-opener-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
  });

  it.each(['evil.example; script-src *', 'a b', "x' 'unsafe-inline"])(
    'lets no Host into its policy: %s',
    async (host) => {
      const { headers } = await get(instance, '/console', { host });
      expect(String(headers['content-security-policy'])).toContain("; connect-src 'self'; ");
    },
  );

  it.each([
    ['js', 'text/javascript; charset=utf-8'],
    ['css', 'text/css; charset=utf-8'],
  ])('has its files (%s), for ever', async (extension, type) => {
    const path = `/console/assets/index-Abc123.${extension}`;
    const { status, headers } = await get(instance, path);
    expect([status, headers['content-type']]).toEqual([200, type]);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('is compressed for who can read that', async () => {
    const packed = await get(instance, URL_OF_SCRIPT, { 'accept-encoding': 'br, gzip' });
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(gunzipSync(packed.body).toString()).toBe(SCRIPT);
    const plain = await get(instance, URL_OF_SCRIPT, { 'accept-encoding': 'gzip;q=0' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.body.toString()).toBe(SCRIPT);
  });

  it.each([
    '/console/assets/nothing.js',
    '/console/assets/',
    '/console/assets/../index-Abc123.js',
    '/console/assets/..%2f..%2f..%2fpackage.json',
    '/console/assets/%2fetc%2fpasswd',
    '/console/assets/__proto__',
    '/console/api',
    '/console/api/nothing',
    '/console/api/__proto__',
  ])('has nothing at %s', async (path) => {
    const { status, body } = await get(instance, path);
    expect([status, JSON.parse(body.toString())]).toMatchObject([404, { code: 'NOT_FOUND' }]);
  });
});

it('that is not built says how to build it', async () => {
  const instance = await start({});
  onTestFinished(() => instance.stopped());
  const { status, body } = await get(instance, '/console');
  expect(status).toBe(404);
  expect(JSON.parse(body.toString())).toMatchObject({
    error: 'Not Found',
    code: 'NOT_FOUND',
    message: expect.stringContaining('npm run build') as string,
  });
});
