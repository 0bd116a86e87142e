import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a connection of an instance is for; each tells Redis its name, which ends with it. */
export type Role = 'commands' | 'subscriber';

/** `up` is towards Redis. */
export type Direction = 'up' | 'down';

interface Pair {
  up: Socket;
  down: Socket;
  role: Role | undefined;
  /** Something of it was lost: what comes after makes no sense any more. */
  torn: boolean;
  /** What Redis says is lost, for as long as the connection lives. */
  deaf: boolean;
}

/**
 * The network between one instance and Redis. It errs only as TCP can: bytes of a living connection are late, never lost; where
 * bytes were lost the connection ends, or it never says anything again.
 */
export class RedisLink {
  private readonly pairs = new Set<Pair>();
  private readonly lost = new Set<Direction>();
  private readonly held = new Set<Direction>();
  private server!: Server;

  private constructor(private readonly target: number) {}

  /** @param target port of the Redis behind it */
  static async to(target: number): Promise<RedisLink> {
    const link = new RedisLink(target);
    link.server = createServer((client) => link.accept(client)).listen(0, '127.0.0.1');
    await once(link.server, 'listening');
    return link;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Bytes vanish without a word, on old and new connections. */
  blackhole(directions: readonly Direction[]): void {
    directions.forEach((direction) => this.lost.add(direction));
  }

  /** Bytes wait. */
  hold(directions: readonly Direction[]): void {
    directions.forEach((direction) => this.held.add(direction));
    this.apply();
  }

  /** The subscriptions of this moment stay connected and hear nothing more; new ones hear. */
  deafen(): void {
    for (const pair of this.pairs) if (pair.role === 'subscriber') pair.deaf = true;
  }

  /** Connections end with a reset. */
  cut(role?: Role): void {
    for (const pair of this.pairs) if (!role || pair.role === role) end(pair);
  }

  /** Ends black holes, and the connections that lost something in them; what was held back arrives. */
  heal(): void {
    this.lost.clear();
    this.held.clear();
    for (const pair of this.pairs) if (pair.torn) end(pair);
    this.apply();
  }

  close(): void {
    this.server.close();
    this.cut();
  }

  private accept(client: Socket): void {
    const redis = connect(this.target, '127.0.0.1');
    const pair: Pair = { up: client, down: redis, role: undefined, torn: false, deaf: false };
    this.pairs.add(pair);
    client.on('data', (chunk: Buffer) => {
      pair.role ??= roleIn(chunk);
      this.pass(pair, 'up', chunk, redis);
    });
    redis.on('data', (chunk: Buffer) => this.pass(pair, 'down', chunk, client));
    for (const [socket, direction] of [
      [client, 'up'],
      [redis, 'down'],
    ] as const) {
      socket.setNoDelay(true).on('error', () => {});
      socket.once('close', () => this.onClose(pair, direction));
    }
    this.apply();
  }

  private pass(pair: Pair, direction: Direction, chunk: Buffer, to: Socket): void {
    if (pair.torn || this.lost.has(direction)) pair.torn = true;
    else if (!(pair.deaf && direction === 'down')) to.write(chunk);
  }

  /** The end of a connection is lost in a black hole like everything else. */
  private onClose(pair: Pair, direction: Direction): void {
    if (this.lost.has(direction)) {
      pair.torn = true;
      return;
    }
    this.pairs.delete(pair);
    end(pair);
  }

  private apply(): void {
    for (const pair of this.pairs) {
      for (const direction of ['up', 'down'] as const) {
        if (this.held.has(direction)) pair[direction].pause();
        else pair[direction].resume();
      }
    }
  }
}

function end({ up, down }: Pair): void {
  up.resetAndDestroy();
  down.resetAndDestroy();
}

function roleIn(chunk: Buffer): Role | undefined {
  return /:(commands|subscriber)\r\n/.exec(chunk.toString('latin1'))?.[1] as Role | undefined;
}
