import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ClientAddress } from './client-address.js';

function secure(remoteAddress: string, proto?: string, encrypted?: boolean): IncomingMessage {
  const headers = proto === undefined ? {} : { 'x-forwarded-proto': proto };
  return { socket: { remoteAddress, encrypted }, headers } as unknown as IncomingMessage;
}

function request(remoteAddress: string, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

describe('ClientAddress', () => {
  const addresses = new ClientAddress(['10.0.0.0/8', '::1']);

  it('believes nobody by default', () => {
    expect(new ClientAddress([]).of(request('10.0.0.1', '203.0.113.9'))).toBe('10.0.0.1');
  });

  it('believes a trusted proxy', () => {
    expect(addresses.of(request('10.0.0.1', '203.0.113.9'))).toBe('203.0.113.9');
    expect(addresses.of(request('::ffff:10.0.0.1', '203.0.113.9'))).toBe('203.0.113.9');
    expect(addresses.of(request('::1', '2001:db8::1'))).toBe('2001:db8::1');
  });

  it('does not believe what a client wrote before its proxy', () => {
    expect(addresses.of(request('10.0.0.1', '198.51.100.1, 203.0.113.9, 10.0.0.2'))).toBe('203.0.113.9');
  });

  it('knows the other end of a connection, but for those of trusted proxies', () => {
    expect(addresses.ofPeer({ remoteAddress: '::ffff:203.0.113.9' })).toBe('203.0.113.9');
    expect(addresses.ofPeer({ remoteAddress: '10.0.0.1' })).toBeUndefined();
  });

  it('ignores the header of a stranger', () => {
    expect(addresses.of(request('203.0.113.9', '10.0.0.1'))).toBe('203.0.113.9');
  });

  it('knows TLS by its own socket, and by the word of a trusted proxy alone', () => {
    expect(addresses.isSecure(secure('203.0.113.9', undefined, true))).toBe(true);
    expect(addresses.isSecure(secure('10.0.0.1', 'https'))).toBe(true);
    expect(addresses.isSecure(secure('10.0.0.1', 'http'))).toBe(false);
    expect(addresses.isSecure(secure('10.0.0.1'))).toBe(false);
    expect(addresses.isSecure(secure('203.0.113.9', 'https'))).toBe(false);
  });

  it('says the same however many it has seen', () => {
    for (let i = 0; i < 2_500; i++) {
      const stranger = `198.18.${i >> 8}.${i & 255}`;
      expect(addresses.of(request('10.0.0.1', `10.0.0.3, ${stranger}`))).toBe(stranger);
    }
    expect(addresses.of(request('10.0.0.1', '203.0.113.9'))).toBe('203.0.113.9');
    expect(addresses.of(request('198.18.0.0', '203.0.113.9'))).toBe('198.18.0.0');
  });

  it('stays with the proxy if the header is empty', () => {
    expect(addresses.of(request('10.0.0.1', ' , '))).toBe('10.0.0.1');
  });
});
