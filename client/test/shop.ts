import { afterAll, beforeAll } from 'vitest';
import {
  posKey,
  startCluster,
  terminalKey,
  type Cluster,
  type ClusterOptions,
} from '../../test/support/fixture.js';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import { Pos, Terminal, type PosOptions, type TerminalOptions } from '../src/index.js';

/** Short enough that a test need not wait long. */
export const QUICK = {
  backoff: { baseMs: 20, capMs: 300 },
  heartbeat: { idleMs: 500, timeoutMs: 1_000 },
  connectTimeoutMs: 3_000,
  lookEveryMs: 1_000,
};

export const TERMINAL_ID = 'TERM-001';

/** A gateway with a till and a terminal, each behind a network of its own that can be cut. */
export class Shop {
  tillLine!: TcpProxy;
  terminalLine!: TcpProxy;
  private readonly clients: { close(): void }[] = [];

  private constructor(readonly cluster: Cluster) {}

  static async open(options: Partial<ClusterOptions> = {}): Promise<Shop> {
    const keys = [
      posKey('pos'),
      posKey('pos-2'),
      terminalKey('t1', TERMINAL_ID),
      terminalKey('t2', 'TERM-002'),
    ];
    const shop = new Shop(await startCluster({ keys, ...options }));
    const [instance] = shop.cluster.instances;
    shop.tillLine = await TcpProxy.start({ port: instance!.port });
    shop.terminalLine = await TcpProxy.start({ port: instance!.port });
    return shop;
  }

  pos(options: Partial<PosOptions> = {}, key = 'pos'): Pos {
    const url = `ws://127.0.0.1:${this.tillLine.port}`;
    return this.track(new Pos({ url, apiKey: this.cluster.key(key), ...QUICK, ...options }));
  }

  terminal(options: Partial<TerminalOptions> = {}, key = 't1'): Terminal {
    const url = `ws://127.0.0.1:${this.terminalLine.port}`;
    const onPayment = () => ({ status: 'SUCCESS' as const, authorizationCode: 'A-1' });
    return this.track(new Terminal({ url, apiKey: this.cluster.key(key), onPayment, ...QUICK, ...options }));
  }

  /** Ends the clients of one test. */
  sendHome(): void {
    this.clients.splice(0).forEach((client) => client.close());
    this.tillLine.heal();
    this.terminalLine.heal();
  }

  async close(): Promise<void> {
    this.sendHome();
    await Promise.all([this.tillLine.close(), this.terminalLine.close()]);
    await this.cluster.close();
  }

  private track<T extends { close(): void }>(client: T): T {
    this.clients.push(client);
    return client;
  }
}

/** A shop for all tests of a file. */
export function useShop(options: Partial<ClusterOptions> = {}): () => Shop {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open(options);
  });
  afterAll(() => shop?.close());
  return () => shop;
}

/** A payment of an own. */
export function order(amount = '10.10', terminalId = TERMINAL_ID) {
  return { terminalId, paymentRequest: { amount, currency: 'EUR', paymentMethod: 'CARD' as const } };
}
