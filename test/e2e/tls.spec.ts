import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { PosClient } from '../support/clients.js';
import { TestCa } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { callHttps } from '../support/https.js';
import { startInstance, type GatewayInstance } from '../support/instance.js';

/** As a secret of Kubernetes is mounted: files are links into a folder that is a link, and that one is swapped. */
let folder: string;
let authority: TestCa;
let instance: GatewayInstance;
const KEY = 'key-of-the-till';

beforeAll(async () => {
  authority = new TestCa();
  folder = await mkdtemp(join(tmpdir(), 'terminal-gateway-tls-'));
  await put(authority.issue());
  for (const name of ['tls.crt', 'tls.key']) await symlink(join('..data', name), join(folder, name));
  const keys = [{ id: 'pos', key: KEY, groupId: 'shop', deviceType: 'desktop' }];
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys }));
  instance = await startInstance({ env: environment(), waitUntilReady: false });
  await eventually(() => fingerprint(), { timeoutMs: 20_000 });
});
afterAll(async () => {
  instance.kill();
  await instance.exited;
  authority.remove();
  await rm(folder, { recursive: true, force: true });
});

function environment(): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    REDIS_URL: inject('redisUrl'),
    REDIS_KEY_PREFIX: `test-tls-${process.pid}`,
    API_KEYS_FILE: join(folder, 'keys.json'),
    TLS_CERT_FILE: join(folder, 'tls.crt'),
    TLS_KEY_FILE: join(folder, 'tls.key'),
    TLS_RELOAD_MS: '50',
  };
}

let swaps = 0;

/** Puts a pair in place of the one before, both files at once. */
async function put({ cert, key }: { cert: Buffer | string; key: Buffer | string }): Promise<void> {
  const version = `..v${++swaps}`;
  await mkdir(join(folder, version));
  await writeFile(join(folder, version, 'tls.crt'), cert);
  await writeFile(join(folder, version, 'tls.key'), key);
  await symlink(version, join(folder, '..new'));
  await rename(join(folder, '..new'), join(folder, '..data'));
}

async function handshake(options: object = {}): Promise<TLSSocket> {
  const ca = readFileSync(authority.caFile);
  const socket = connect({ host: '127.0.0.1', port: instance.port, ca, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

async function fingerprint(): Promise<string> {
  const socket = await handshake();
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

function till(): Promise<PosClient> {
  const ca = readFileSync(authority.caFile);
  return PosClient.connect(`wss://127.0.0.1:${instance.port}/v1`, KEY, { socket: { ca } });
}

const problems = () => instance.output().split('the one before is kept').length - 1;

describe('an instance with a certificate', () => {
  it('speaks TLS 1.2 and newer, and tells browsers to keep to it', async () => {
    const { headers } = await callHttps(`https://127.0.0.1:${instance.port}/health/live`, {
      ca: readFileSync(authority.caFile, 'utf8'),
    });
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
    const newest = await handshake();
    expect(newest.getProtocol()).toBe('TLSv1.3');
    newest.destroy();
    await expect(
      handshake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    ).rejects.toThrow(/protocol|version|alert/i);
  });

  it('takes a changed pair for new connections, while open ones live on', async () => {
    const before = await fingerprint();
    const open = await till();
    await put(authority.issue());
    await eventually(async () => expect(await fingerprint()).not.toBe(before));
    await open.roundTrip();
    const newer = await till();
    await newer.roundTrip();
    newer.drop();
    open.drop();
  });

  it('keeps what it has when the new pair does not fit together or is half written, and says so once', async () => {
    const before = await fingerprint();
    const next = authority.issue();
    const told = problems();
    await put({ cert: next.cert, key: authority.issue().key });
    await eventually(() => expect(problems()).toBe(told + 1));
    expect(await fingerprint()).toBe(before);
    await put({ cert: next.cert.subarray(0, 300), key: next.key });
    await eventually(() => expect(problems()).toBe(told + 2));
    await put({ cert: '', key: '' });
    await eventually(() => expect(problems()).toBe(told + 3));
    expect(await fingerprint()).toBe(before);
    await (await till()).close();
    await put(next);
    await eventually(async () => expect(await fingerprint()).not.toBe(before));
    expect(problems()).toBe(told + 3);
  });

  it('never writes a key into its log', () => {
    expect(instance.output()).not.toContain('PRIVATE KEY');
  });
});

describe('a start with a pair that does not fit together', () => {
  it('fails with the names of the settings', async () => {
    await put({ cert: authority.issue().cert, key: authority.issue().key });
    const failed = await startInstance({ env: environment(), waitUntilReady: false });
    expect(await failed.exited).toBe(1);
    expect(failed.output()).toContain('TLS_CERT_FILE and TLS_KEY_FILE cannot be served');
  });
});
