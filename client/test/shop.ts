import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import {
  posKey,
  startCluster,
  terminalKey,
  type Cluster,
  type ClusterOptions,
  type TestKey,
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
/** So many tests a file may have: each has a group of its own, because what one leaves behind comes back to the same keys. */
const GROUPS = 30;

function keysOf(group: number): TestKey[] {
  const name = `shop-${group}`;
  return [
    posKey(`pos@${group}`, name),
    posKey(`pos-2@${group}`, name),
    terminalKey(`t1@${group}`, TERMINAL_ID, name),
    terminalKey(`t2@${group}`, 'TERM-002', name),
  ];
}

/** A gateway with tills and terminals of each group, each kind behind a network of its own that can be cut. */
export class Shop {
  tillLine!: TcpProxy;
  terminalLine!: TcpProxy;
  private readonly clients: { close(): void }[] = [];
  private group = 0;

  private constructor(readonly cluster: Cluster) {}

  static async open(options: Partial<ClusterOptions> = {}): Promise<Shop> {
    const keys = Array.from({ length: GROUPS }, (_, i) => keysOf(i)).flat();
    const shop = new Shop(await startCluster({ keys, ...options }));
    const [instance] = shop.cluster.instances;
    shop.tillLine = await TcpProxy.start({ port: instance!.port });
    shop.terminalLine = await TcpProxy.start({ port: instance!.port });
    return shop;
  }

  /** For the next test. */
  moveOn(): void {
    this.group = (this.group + 1) % GROUPS;
  }

  /** The API key of `pos`, `pos-2`, `t1` or `t2` of this test. */
  key(id: string): string {
    return this.cluster.key(`${id}@${this.group}`);
  }

  pos(options: Partial<PosOptions> = {}, key = 'pos'): Pos {
    const url = `ws://127.0.0.1:${this.tillLine.port}`;
    return this.track(new Pos({ url, apiKey: this.key(key), ...QUICK, ...options }));
  }

  terminal(options: Partial<TerminalOptions> = {}, key = 't1'): Terminal {
    const url = `ws://127.0.0.1:${this.terminalLine.port}`;
    const onPayment = () => ({ status: 'SUCCESS' as const, authorizationCode: 'A-1' });
    return this.track(new Terminal({ url, apiKey: this.key(key), onPayment, ...QUICK, ...options }));
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
  beforeEach(() => shop.moveOn());
  afterEach(() => shop.sendHome());
  afterAll(() => shop?.close());
  return () => shop;
}

/** A payment of an own. */
export function order(amount = '10.10', terminalId = TERMINAL_ID) {
  return { terminalId, paymentRequest: { amount, currency: 'EUR', paymentMethod: 'CARD' as const } };
}
