import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, type ChainableCommander, type Redis } from 'ioredis';
import type { Config } from '../config/index.js';
import type { Logger } from '../logging/index.js';
import { commandsClient, subscriberClient, workerClient, type Client, type StoreAddress } from './clients.js';
import type { Code, Script } from './script.js';
import { ScriptCall } from './script-call.js';
import { checkServer, StoreUnusable } from './server-check.js';
import { statusOf, type StoreStatus } from './store-status.js';
import { asStoreError } from './store-unavailable.js';

/** What a call of a script may bring beyond the declared names. */
interface Further {
  keys?: readonly string[];
  args?: readonly (string | number)[];
}

const OPEN_TIMEOUT_MS = 10_000;
const REOPEN_TIMEOUT_MS = 5_000;
const REVIVE_PAUSE_MS = 500;

/**
 * The store of all instances: its clients, their life, and the only way to run a script.
 *
 * Every method rejects with {@link StoreUnavailable} when the store cannot be asked or does not answer in time.
 */
export class Store {
  readonly commands: Client;
  readonly subscriber: Client;
  private lastError: Error | undefined;
  /** Between a successful open and close: a connection that ends is to be made again. */
  private isOpen = false;
  private isReopening = false;
  private readonly workers: Client[] = [];

  constructor(
    private readonly config: Config,
    private readonly address: StoreAddress,
    private readonly logger: Logger,
  ) {
    this.commands = this.watched(commandsClient(config, address), 'commands');
    this.subscriber = this.watched(subscriberClient(config, address), 'subscriber');
  }

  /**
   * Connects both clients and checks that the store can keep our promises.
   * @throws StoreUnusable if it cannot be reached, is too old, or may evict keys
   */
  async open(): Promise<void> {
    try {
      await this.connect();
    } catch (error) {
      const why = this.lastError ?? (error as Error);
      this.commands.disconnect();
      this.subscriber.disconnect();
      throw new StoreUnusable(`Redis cannot be reached: ${why.message}`, { cause: error });
    }
    await Promise.all(this.servers().map((server) => checkServer(server, this.logger)));
    this.isOpen = true;
  }

  /** In the time that a start has for it: of Sentinels, ioredis would ask one after the other for ever. */
  private async connect(): Promise<void> {
    const late = new AbortController();
    const limit = sleep(OPEN_TIMEOUT_MS, undefined, { ref: false, signal: late.signal }).then(() => {
      throw new Error(`no connection within ${OPEN_TIMEOUT_MS} ms`);
    });
    try {
      await Promise.race([Promise.all([this.commands.connect(), this.subscriber.connect()]), limit]);
    } finally {
      limit.catch(() => {});
      late.abort();
    }
  }

  /** Every server that holds data of its own. */
  private servers(): Redis[] {
    return this.commands instanceof Cluster ? this.commands.nodes('master') : [this.commands];
  }

  /** True if the keys of one call must lie in one partition. */
  get isCluster(): boolean {
    return this.commands instanceof Cluster;
  }

  get isReady(): boolean {
    return this.commands.status === 'ready';
  }

  /** Runs a script. Names that the script declares are given once each; the order is the script's business. */
  async run<K extends string, A extends string, R>(
    script: Script<K, A, R>,
    keys: Record<K, string>,
    args: Record<A, string | number>,
    { keys: furtherKeys = [], args: furtherArgs = [] }: Further = {},
  ): Promise<R> {
    const values: (string | number)[] = [script.sha, script.keys.length + furtherKeys.length];
    for (const name of script.keys) values.push(keys[name]);
    values.push(...furtherKeys);
    for (const name of script.args) values.push(args[name]);
    values.push(...furtherArgs);
    return script.reply(await this.ask(() => this.evaluate(script, values)));
  }

  /** How the store is, for people. */
  status(): Promise<StoreStatus> {
    return this.ask(() => statusOf(this.servers(), this.kind));
  }

  private get kind(): StoreStatus['kind'] {
    if (this.address.embedded !== undefined) {
      return 'embedded';
    }
    if (this.isCluster) {
      return 'cluster';
    }
    return this.config.redisSentinels.length > 0 ? 'sentinel' : 'standalone';
  }

  /** Runs plain commands, with the errors of the store told apart from ours. */
  async ask<T>(work: (client: Client) => Promise<T>): Promise<T> {
    try {
      return await work(this.commands);
    } catch (error) {
      throw asStoreError(error);
    }
  }

  /**
   * Runs plain commands in one go, which costs a fraction of as many calls. Their keys must lie in one partition. They are
   * carried out one by one: others may come in between.
   * @returns their answers, in order
   */
  async batch(fill: (pipeline: ChainableCommander) => void): Promise<unknown[]> {
    const answers = await this.ask((client) => {
      const pipeline = client.pipeline();
      fill(pipeline);
      return pipeline.exec();
    });
    return (answers ?? []).map(([error, answer]) => {
      if (error) throw asStoreError(error);
      return answer;
    });
  }

  /**
   * Breaks the subscriber's connection and opens it anew. What it was subscribed to must be subscribed to again.
   * Rejects when the new one is not ready in time: a peer that swallowed the hints may swallow the greeting too.
   */
  async reopenSubscriber(): Promise<void> {
    this.isReopening = true;
    const overdue = setTimeout(() => this.subscriber.disconnect(), REOPEN_TIMEOUT_MS);
    try {
      await this.endSubscriber();
      await this.ask(() => this.subscriber.connect());
    } finally {
      clearTimeout(overdue);
      this.isReopening = false;
    }
  }

  /** False while the client is on its way back by itself, when there is nothing to break. */
  get isSubscriberConnected(): boolean {
    return ['connect', 'ready', 'end'].includes(this.subscriber.status);
  }

  /** A link that went silent ends only after the client has waited for it in vain. */
  private async endSubscriber(): Promise<void> {
    if (this.subscriber.status !== 'end') {
      const ended = new Promise((resolve) => this.subscriber.once('end', resolve));
      this.subscriber.disconnect();
      const overdue = new Promise((_, reject) => {
        setTimeout(() => reject(new Error('the subscriber does not end')), REOPEN_TIMEOUT_MS).unref();
      });
      await Promise.race([ended, overdue]);
    }
  }

  /** One more client, for a worker whose commands block. It connects when it is first used, and is closed with the store. */
  workerClient(): Client {
    const client = this.watched(workerClient(this.config, this.address), 'worker');
    this.workers.push(client);
    return client;
  }

  async close(): Promise<void> {
    this.isOpen = false;
    // Whoever worked has finished; a farewell could wait for a store that is away.
    this.workers.forEach((client) => client.disconnect());
    for (const client of [this.subscriber, this.commands]) {
      await client.quit().catch(() => client.disconnect());
    }
  }

  /**
   * The client's own way to define a script is not for a server that forgets: when several calls are told so at once, it takes
   * the text that one of them brings for known, and fails those that come before it has arrived.
   */
  private async evaluate({ lua }: Code, values: (string | number)[]): Promise<unknown> {
    try {
      return await this.commands.sendCommand(new ScriptCall('evalsha', values));
    } catch (error) {
      if (!isForgotten(error)) throw error;
      return this.commands.sendCommand(new ScriptCall('eval', [lua, ...values.slice(1)]));
    }
  }

  private watched(client: Client, role: string): Client {
    // Each attempt to connect again fails like the one before: an outage is one line.
    let isFailing = false;
    client.on('error', (error: Error) => {
      this.lastError = error;
      this.logger[isFailing ? 'debug' : 'warn']({ err: error, role }, 'store connection failed');
      isFailing = true;
    });
    client.on('ready', () => (isFailing = false));
    client.on('close', () => this.logger.debug({ role }, 'store connection closed'));
    client.on('end', () => void this.revive(client, role));
    client.on('ready', () => this.logger.debug({ role }, 'store connection ready'));
    return client;
  }

  /**
   * The client gives up for good when looking the server up fails while a failover is under way. Nothing else would bring it
   * back: the process is alive, and liveness does not ask the store.
   */
  private async revive(client: Client, role: string): Promise<void> {
    while (this.isOpen && client.status === 'end' && !(client === this.subscriber && this.isReopening)) {
      await new Promise((resolve) => setTimeout(resolve, REVIVE_PAUSE_MS));
      if (this.isOpen && client.status === 'end') {
        this.logger.warn({ role }, 'store connection had ended, connecting again');
        await client.connect().catch(() => {});
      }
    }
  }
}

/** The server does not know the script: it was started anew, took over, or was told to forget. Nothing was carried out. */
function isForgotten(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}
