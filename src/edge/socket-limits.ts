import type { Server, Socket } from 'node:net';
import type { Config } from '../config/index.js';
import { ClientAddress } from './client-address.js';

const ADDRESS = Symbol('address');

interface Counted extends Socket {
  [ADDRESS]?: string;
}

/**
 * Bounds the TCP connections of a server, whatever comes over them: in all, and from each address. What is too much is closed
 * before a byte of it is read. Trusted proxies are let in with as many as they bring; the bounds of their clients are theirs.
 */
export function limitSockets(server: Server, config: Config): void {
  const { maxSockets, maxSocketsPerAddress, trustedProxies } = config;
  if (maxSockets > 0) {
    server.maxConnections = maxSockets;
  }
  if (maxSocketsPerAddress === 0) {
    return;
  }
  const addresses = new ClientAddress(trustedProxies);
  const counts = new Map<string, number>();
  // One for all: a closure for each of thousands of connections would cost more than its count.
  const release = function (this: Counted) {
    const address = this[ADDRESS]!;
    const left = counts.get(address)! - 1;
    if (left > 0) {
      counts.set(address, left);
    } else {
      counts.delete(address);
    }
  };
  server.prependListener('connection', (socket: Counted) => {
    const address = addresses.ofPeer(socket);
    if (address === undefined) {
      return;
    }
    const count = counts.get(address) ?? 0;
    if (count >= maxSocketsPerAddress) {
      socket.destroy();
      return;
    }
    counts.set(address, count + 1);
    socket[ADDRESS] = address;
    socket.once('close', release);
  });
}
