import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a connection of an instance is for; each tells Redis its name, which ends with it. */
export type LinkRole = 'commands' | 'subscriber';

/** The line between instances and Redis, where one kind of connection can be made to misbehave. */
export class RedisLine {
  /** How many bytes from Redis vanished. */
  swallowed = 0;
  private readonly deaf = new Set<LinkRole>();
  private readonly delays = new Map<LinkRole, number>();
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(private readonly target: URL) {
    this.server = createServer((client) => this.accept(client));
  }

  /** @param url of the Redis behind the line */
  static async to(url: string): Promise<RedisLine> {
    const line = new RedisLine(new URL(url));
    line.server.listen(0, '127.0.0.1');
    await once(line.server, 'listening');
    return line;
  }

  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** What Redis says on these connections, old and new ones, vanishes; what it is told still arrives. */
  deafen(role: LinkRole): void {
    this.deaf.add(role);
  }

  /** What Redis says on these connections arrives later, in its order. */
  delay(role: LinkRole, ms: number): void {
    this.delays.set(role, ms);
  }

  heal(): void {
    this.deaf.clear();
    this.delays.clear();
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.sockets.forEach((socket) => socket.destroy());
    await closed;
  }

  private accept(client: Socket): void {
    const redis = connect(Number(this.target.port || 6379), this.target.hostname);
    let role: LinkRole | undefined;
    let tail = Promise.resolve();
    client.on('data', (chunk: Buffer) => {
      role ??= roleIn(chunk);
      redis.write(chunk);
    });
    redis.on('data', (chunk: Buffer) => {
      if (role && this.deaf.has(role)) {
        this.swallowed += chunk.length;
        return;
      }
      const due = Date.now() + ((role && this.delays.get(role)) ?? 0);
      tail = tail.then(() => sleep(Math.max(0, due - Date.now()))).then(() => void client.write(chunk));
    });
    for (const [socket, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      this.sockets.add(socket.setNoDelay(true));
      socket.on('error', () => {});
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }
}

function roleIn(chunk: Buffer): LinkRole | undefined {
  return /:(commands|subscriber)\r\n/.exec(chunk.toString('latin1'))?.[1] as LinkRole | undefined;
}
