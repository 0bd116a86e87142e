import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4 } from 'node:net';

/** Finds out from which address a request comes, believing `X-Forwarded-For` only of trusted proxies. */
export class ClientAddress {
  private readonly trusted = new BlockList();

  /** @param proxies addresses or CIDRs */
  constructor(proxies: readonly string[]) {
    for (const proxy of proxies) {
      const [address = '', bits] = proxy.split('/');
      const family = isIPv4(address) ? 'ipv4' : 'ipv6';
      if (bits === undefined) {
        this.trusted.addAddress(address, family);
      } else {
        this.trusted.addSubnet(address, Number(bits), family);
      }
    }
  }

  /** The address nearest to us that is no trusted proxy. */
  of(request: IncomingMessage): string {
    const peer = plain(request.socket.remoteAddress ?? '');
    const forwarded = String(request.headers['x-forwarded-for'] ?? '')
      .split(',')
      .map((part) => plain(part.trim()))
      .filter(Boolean);
    let address = peer;
    while (forwarded.length > 0 && this.isTrusted(address)) {
      address = forwarded.pop()!;
    }
    return address;
  }

  private isTrusted(address: string): boolean {
    return isIP(address) !== 0 && this.trusted.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  }
}

/** An IPv4 address that arrived on an IPv6 socket, in its own notation. */
function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
