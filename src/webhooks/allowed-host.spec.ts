import { describe, expect, it } from 'vitest';
import { isAllowedHost } from './allowed-host.js';

const allows = (url: string, ...allowed: string[]) => isAllowedHost(new URL(url), allowed);

describe('isAllowedHost', () => {
  it.each([
    ['https://till.lan/hooks', 'till.lan'],
    ['https://TILL.lan/', 'Till.LAN'],
    ['https://till.lan:8443/', 'till.lan'],
    ['https://till.lan:8443/', 'till.lan:8443'],
    ['https://till.lan/', 'till.lan:443'],
    ['https://10.0.0.7/', '10.0.0.7'],
    ['https://0xa.7/', '10.0.0.7'],
    ['https://[::1]/', '::1'],
    ['https://[::1]:8443/', '[::1]'],
    ['https://[::1]:8443/', '[::1]:8443'],
  ])('%s is allowed by %s', (url, entry) => {
    expect(allows(url, 'other.lan', entry)).toBe(true);
  });

  it.each([
    ['https://till.lan.evil.example/', 'till.lan'],
    ['https://sub.till.lan/', 'till.lan'],
    ['https://till.lan./', 'till.lan'],
    ['https://till.lan@evil.example/', 'till.lan'],
    ['https://till.lan:8444/', 'till.lan:8443'],
    ['https://127.0.0.1/', 'localhost'],
    ['https://localhost/', '127.0.0.1'],
    ['https://evil.example/?till.lan', 'till.lan'],
  ])('%s is not allowed by %s', (url, entry) => {
    expect(allows(url, entry)).toBe(false);
  });
});
