import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { inject, onTestFinished } from 'vitest';
import { loadConfig, type Config } from '../../src/config/index.js';
import { ListReader, Presence, PresenceKeys } from '../../src/presence/index.js';
import { Store, type Script } from '../../src/redis/index.js';
import { dumpOf, type Dump } from './dump.js';
import { eventually } from './eventually.js';

export const silentLogger = pino({ level: 'silent' });

/** A store that can run its latest script once more, as the client does when it has lost the reply. */
class RepeatingStore extends Store {
  /** What the latest script has answered. */
  latestAnswer: unknown;
  /** How many scripts were run, those once more not counted. */
  runs = 0;
  private latest: () => Promise<unknown> = () => Promise.reject(new Error('no script was run yet'));

  override async run<K extends string, A extends string, R>(
    script: Script<K, A, R>,
    keys: Record<K, string>,
    args: Record<A, string | number>,
    further?: { keys?: readonly string[]; args?: readonly (string | number)[] },
  ): Promise<R> {
    this.runs += 1;
    this.latest = () => super.run(script, keys, args, further);
    const answer = await super.run(script, keys, args, further);
    this.latestAnswer = answer;
    return answer;
  }

  /** The same script with the same keys and arguments, now or whenever it is called. */
  get again(): () => Promise<unknown> {
    return this.latest;
  }
}

/** The store of one test, under a key prefix of its own, and what a test asks beside the code under test. */
export class TestStore {
  readonly prefix: string;
  readonly config: Config;
  readonly keys: PresenceKeys;

  private constructor(
    readonly store: RepeatingStore,
    private readonly base: string,
    private readonly env: Record<string, string>,
    private readonly generation = 0,
  ) {
    this.prefix = generation === 0 ? base : `${base}.${generation}`;
    this.config = this.instance('A');
    this.keys = new PresenceKeys(this.prefix);
  }

  /** Opened for the running test, closed and wiped after it. @param env beside the address and the prefix */
  static async open(env: Record<string, string> = {}): Promise<TestStore> {
    const base = `test-${randomBytes(6).toString('hex')}`;
    const config = loadConfig({ REDIS_URL: inject('redisUrl'), REDIS_KEY_PREFIX: base, ...env });
    const store = new RepeatingStore(config, {}, silentLogger);
    await store.open();
    const test = new TestStore(store, base, env);
    onTestFinished(async () => {
      await test.removeAll();
      await store.close();
    });
    return test;
  }

  /** The same connections under another prefix: a clean store at no cost. */
  fresh(generation: number): TestStore {
    return new TestStore(this.store, this.base, this.env, generation);
  }

  /** The configuration of an instance of this name, with an incarnation of its own. */
  instance(instanceId: string): Config {
    const { prefix, env } = this;
    return loadConfig({
      REDIS_URL: inject('redisUrl'),
      REDIS_KEY_PREFIX: prefix,
      INSTANCE_ID: instanceId,
      ...env,
    });
  }

  presence(config = this.config): Presence {
    return new Presence(this.store, config);
  }

  /** @param presence of the instance that reads them */
  lists(presence: Presence): ListReader {
    return new ListReader(this.store, presence);
  }

  /** Redis itself. */
  get redis() {
    return this.store.commands;
  }

  dump(): Promise<Dump> {
    return dumpOf(this.redis, `${this.prefix}:*`);
  }

  /** Everything of this prefix is gone, as after a restart of a Redis without a disk. */
  async wipe(): Promise<void> {
    const names = Object.keys(await this.dump());
    if (names.length > 0) await this.redis.unlink(...names);
  }

  /** The store's clock, ms. */
  async now(): Promise<number> {
    const [seconds, micros] = await this.redis.time();
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  }

  /** Resolves when this process's clock shows a later millisecond than before. @returns it */
  nextMs(): Promise<number> {
    const start = Date.now();
    return eventually(() => {
      if (Date.now() === start) throw new Error('the clock stands still');
      return Date.now();
    });
  }

  /** Resolves when the store's clock is past a moment: whatever a script writes from now on has a later time. */
  async clockPast(ms: number): Promise<void> {
    await eventually(async () => (await this.now()) > ms);
  }

  /**
   * Runs the latest script once more, at another time by the clock.
   * @returns its answer, and the whole store before and after
   */
  async repeatLatest(): Promise<{ answer: unknown; before: Dump; after: Dump }> {
    const before = await this.dump();
    await this.clockPast((await this.now()) + 1);
    const answer = await this.store.again();
    return { answer, before, after: await this.dump() };
  }

  private async removeAll(): Promise<void> {
    const names = Object.keys(await dumpOf(this.redis, `${this.base}*`));
    if (names.length > 0) await this.redis.unlink(...names);
  }
}
