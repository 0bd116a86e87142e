import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** How many verdicts on addresses are kept; senders of `X-Forwarded-For` may make up as many as they like. */
const REMEMBERED = 1_000;

/** Finds out where and how a request comes from, believing `X-Forwarded-For` and `X-Forwarded-Proto` only of trusted proxies. */
export class ClientAddress {
  private readonly trusted = new BlockList();
  /** Verdicts by address: the list is slow to ask, and nearly all requests come from the same few proxies. */
  private readonly known = new Map<string, boolean>();

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

  /** The address of a connection's other end; undefined for that of a trusted proxy, behind which there are many. */
  ofPeer({ remoteAddress }: Pick<Socket, 'remoteAddress'>): string | undefined {
    const address = plain(remoteAddress ?? '');
    return this.isTrusted(address) ? undefined : address;
  }

  /** The address nearest to us that is no trusted proxy. */
  of(request: IncomingMessage): string {
    const header = request.headers['x-forwarded-for'];
    let address = peerOf(request);
    if (header === undefined || !this.isTrusted(address)) {
      return address;
    }
    const forwarded = String(header)
      .split(',')
      .map((part) => plain(part.trim()))
      .filter(Boolean);
    while (forwarded.length > 0 && this.isTrusted(address)) {
      address = forwarded.pop()!;
    }
    return address;
  }

  /** Whether it came over TLS, to us or to the proxy in front of us. */
  isSecure(request: IncomingMessage): boolean {
    const isForwarded = /^https\b/i.test(String(request.headers['x-forwarded-proto'] ?? ''));
    return (
      Boolean((request.socket as Partial<TLSSocket>).encrypted) ||
      (isForwarded && this.isTrusted(peerOf(request)))
    );
  }

  private isTrusted(address: string): boolean {
    let verdict = this.known.get(address);
    if (verdict === undefined) {
      verdict = isIP(address) !== 0 && this.trusted.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
      if (this.known.size >= REMEMBERED) {
        this.known.clear();
      }
      this.known.set(address, verdict);
    }
    return verdict;
  }
}

function peerOf({ socket }: IncomingMessage): string {
  return plain(socket.remoteAddress ?? '');
}

/** An IPv4 address that arrived on an IPv6 socket, in its own notation. */
function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
