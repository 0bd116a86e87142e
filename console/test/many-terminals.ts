import { loadConfig } from '../../src/config/index.js';
import { Presence } from '../../src/presence/index.js';
import { Store } from '../../src/redis/index.js';
import { connect, device, type Connected } from '../../test/support/endpoints.js';
import type { Cluster } from '../../test/support/fixture.js';
import { silentLogger } from '../../test/support/test-store.js';

const BATCH = 500;
/** Longer than any test. */
const LEASE_MS = '600000';
const GROUPS = 40;

/** Terminals as an instance registers them, without their sockets: a machine of tests has no room for thousands of those. */
export class ManyTerminals {
  private constructor(
    private readonly store: Store,
    private readonly presence: Presence,
    private readonly connected: Connected[],
  ) {}

  /**
   * Registers `TERM-00000` and so on in {@link GROUPS} groups of the cluster.
   * @param instance on which they are said to be
   */
  static async register(cluster: Cluster, count: number, instance = 'elsewhere'): Promise<ManyTerminals> {
    const { PORT: _port, HOST: _host, API_KEYS_FILE: _file, ...env } = cluster.env;
    const config = loadConfig({ ...env, INSTANCE_ID: instance, INSTANCE_LEASE_MS: LEASE_MS });
    const store = new Store(config, {}, silentLogger);
    await store.open();
    const terminals = new ManyTerminals(store, new Presence(store, config), []);
    await terminals.inBatches(
      Array.from({ length: count }, (_, index) => index),
      (index) => terminals.add(index),
    );
    return terminals;
  }

  /** The first so many of them lose their connection. */
  async drop(count: number): Promise<void> {
    await this.inBatches(this.connected.slice(0, count), async ({ endpoint }) => {
      await this.presence.drop(endpoint);
    });
  }

  close(): Promise<void> {
    return this.store.close();
  }

  private async add(index: number): Promise<void> {
    const name = `TERM-${String(index).padStart(5, '0')}`;
    this.connected.push(await connect(this.presence, device(`key-${name}`, name, `shop-${index % GROUPS}`)));
  }

  private async inBatches<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
    for (let i = 0; i < items.length; i += BATCH) await Promise.all(items.slice(i, i + BATCH).map(act));
  }
}
