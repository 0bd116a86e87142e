import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { selfSigned } from './certificate.js';

const certificate = selfSigned('127.0.0.1');
const server = createServer(certificate, (_, response) => response.writeHead(204).end());
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

function call(ca: string): Promise<number | undefined> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, ca, agent: false }, ({ statusCode }) => resolve(statusCode))
      .on('error', reject)
      .end();
  });
}

it('is trusted by whoever trusts it, and by nobody else', async () => {
  expect(await call(certificate.cert)).toBe(204);
  await expect(call(selfSigned('127.0.0.1').cert)).rejects.toThrow(/certificate/);
});

it('is for one address, has signed itself and is different every time', () => {
  const read = new X509Certificate(certificate.cert);
  expect(read.subjectAltName).toBe('IP Address:127.0.0.1');
  expect(read.verify(read.publicKey)).toBe(true);
  expect(read.serialNumber).not.toBe(new X509Certificate(selfSigned('127.0.0.1').cert).serialNumber);
  expect(Date.parse(read.validFrom)).toBeLessThan(Date.now());
  expect(Date.parse(read.validTo)).toBeGreaterThan(Date.now());
});
