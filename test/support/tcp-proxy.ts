import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** `up` is client to server, `down` is server to client. */
export type Direction = 'up' | 'down';

export interface TcpProxyTarget {
  port: number;
  host?: string;
}

/** A network that can be made to misbehave, in front of one TCP server. */
export class TcpProxy {
  /** Delay of every chunk, each way. */
  latencyMs = 0;
  readonly stats = { accepted: 0, refused: 0, upBytes: 0, downBytes: 0, swallowedBytes: 0 };
  private readonly blackholed = new Set<Direction>();
  private readonly stalled = new Set<Direction>();
  private readonly pairs = new Set<Record<Direction, Socket>>();
  private refusing = false;
  private readonly server: Server;

  private constructor(private readonly target: TcpProxyTarget) {
    this.server = createServer({ allowHalfOpen: true }, (client) => this.accept(client));
  }

  static async start(target: TcpProxyTarget): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get openConnections(): number {
    return this.pairs.size;
  }

  /** Resets every connection; new ones get through. */
  cut(): void {
    for (const pair of this.pairs) {
      pair.up.resetAndDestroy();
      pair.down.resetAndDestroy();
    }
  }

  /** Resets every connection and, until `heal`, every new one. */
  refuse(): void {
    this.refusing = true;
    this.cut();
  }

  /** Bytes of these directions vanish, and so does the end of a connection: a cable pulled without a word. */
  blackhole(...directions: Direction[]): void {
    for (const direction of both(directions)) this.blackholed.add(direction);
  }

  /** Bytes of these directions wait, as behind a full buffer, and arrive after `heal`. */
  stall(...directions: Direction[]): void {
    for (const direction of both(directions)) this.stalled.add(direction);
    for (const pair of this.pairs) this.applyStall(pair);
  }

  /** Ends every fault but the latency. What a blackhole swallowed stays lost. */
  heal(): void {
    this.refusing = false;
    this.blackholed.clear();
    this.stalled.clear();
    for (const pair of this.pairs) this.applyStall(pair);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.cut();
    await closed;
  }

  private accept(client: Socket): void {
    if (this.refusing) {
      this.stats.refused += 1;
      client.on('error', () => {}).resetAndDestroy();
      return;
    }
    this.stats.accepted += 1;
    const upstream = connect({ ...this.target, allowHalfOpen: true });
    // Keyed by the direction a socket is the source of.
    const pair = { up: client, down: upstream };
    this.pairs.add(pair);
    this.relay('up', client, upstream);
    this.relay('down', upstream, client);
    client.once('close', () => this.pairs.delete(pair));
    this.applyStall(pair);
  }

  private relay(direction: Direction, from: Socket, to: Socket): void {
    let tail = Promise.resolve();
    const forward = (deliver: () => void) => {
      const due = Date.now() + this.latencyMs;
      // One after the other, or a lowered latency would let a later chunk overtake.
      tail = tail.then(() => sleep(Math.max(0, due - Date.now()))).then(deliver);
    };
    from.setNoDelay(true);
    from.on('error', () => {});
    from.on('data', (chunk: Buffer) => {
      if (this.swallows(direction, chunk.length)) return;
      this.stats[`${direction}Bytes`] += chunk.length;
      forward(() => to.writable && to.write(chunk));
    });
    from.on('end', () => this.swallows(direction, 0) || forward(() => to.end()));
    from.on('close', (hadError) => hadError && !this.swallows(direction, 0) && to.resetAndDestroy());
  }

  private swallows(direction: Direction, bytes: number): boolean {
    const swallowed = this.blackholed.has(direction);
    if (swallowed) this.stats.swallowedBytes += bytes;
    return swallowed;
  }

  private applyStall(pair: Record<Direction, Socket>): void {
    for (const direction of ['up', 'down'] as const) {
      if (this.stalled.has(direction)) pair[direction].pause();
      else pair[direction].resume();
    }
  }
}

function both(directions: Direction[]): Direction[] {
  return directions.length > 0 ? directions : ['up', 'down'];
}
