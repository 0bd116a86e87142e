import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { Operator } from '../support/operator.js';
import { text } from 'node:stream/consumers';
import type { Holding } from './probe.js';
import type { Scene } from './run.js';
import type { Instance } from './world.js';

/** What was found at one moment. */
export interface Sample {
  minute: number;
  /** By the name of the instance; who is just being restarted is missing. */
  instances: Record<string, Holding>;
  redisMib: number;
  /** How many keys of each kind Redis has. */
  keys: Record<string, number>;
  begun: number;
  ended: number;
  refused: number;
}

const SCAN_COUNT = 2_000;

/** Looks at everything from time to time, and at the console all the time, as an operator would. */
export class SoakWatch {
  readonly samples: Sample[] = [];
  private readonly startedAt = Date.now();
  private readonly timer: NodeJS.Timeout;
  private readonly operator: Operator;
  private watching: ClientRequest | undefined;
  private stopped = false;
  private sampling: Promise<void> = Promise.resolve();
  /** Bytes of the console's live stream. */
  consoleBytes = 0;

  constructor(
    private readonly scene: Scene,
    private readonly options: { everyMs: number; adminKey: string; say: (line: string) => void },
  ) {
    this.operator = new Operator(`http://127.0.0.1:${scene.world.instances[0]!.port}`);
    this.timer = setInterval(() => this.look(), options.everyMs);
    void this.watchConsole();
  }

  /** Looks once more. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopped = true;
    this.watching?.destroy();
    this.look();
    await this.sampling;
  }

  private look(): void {
    const { say } = this.options;
    this.sampling = this.sampling
      .then(() => this.sample())
      .then((sample) => {
        this.samples.push(sample);
        say(describe(sample));
      })
      .catch((error: unknown) => say(`not looked at: ${(error as Error).message}`));
  }

  private async sample(): Promise<Sample> {
    const { world, fleet, load } = this.scene;
    const holdings = await Promise.all(world.instances.map(holdingOf));
    const { client } = world.redis;
    const usedMemory = Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
    const journals = [...fleet.tills, ...fleet.httpTills].map(({ journal }) => journal.entries);
    return {
      minute: (Date.now() - this.startedAt) / 60_000,
      instances: Object.fromEntries(holdings.filter((entry) => entry !== undefined)),
      redisMib: usedMemory / 2 ** 20,
      keys: await this.countKeys(),
      begun: load.begun,
      ended: load.ended,
      refused: journals.reduce((sum, log) => sum + log.filter(({ what }) => what === 'refused').length, 0),
    };
  }

  private async countKeys(): Promise<Record<string, number>> {
    const { client } = this.scene.world.redis;
    const counts: Record<string, number> = {};
    let cursor = '0';
    do {
      const [next, page] = await client.scan(cursor, 'COUNT', SCAN_COUNT);
      for (const key of page) {
        const kind = /^\w+:\{[^}]*\}:([^:]+)/.exec(key)?.[1] ?? 'others';
        counts[kind] = (counts[kind] ?? 0) + 1;
      }
      cursor = next;
    } while (cursor !== '0');
    return counts;
  }

  private async watchConsole(): Promise<void> {
    await this.operator.signIn(this.options.adminKey);
    const headers = { cookie: this.operator.cookie, accept: 'text/event-stream' };
    this.watching = get(`${this.operator.url}/console/api/live`, { headers });
    // Ended by the stop.
    this.watching.on('error', () => {});
    this.watching.on('response', (response) => {
      response.on('error', () => {});
      response.on('data', (data: Buffer) => (this.consoleBytes += data.length));
      response.once('close', () => !this.stopped && void this.watchConsole());
    });
  }
}

async function holdingOf({ name, probe }: Instance): Promise<[string, Holding] | undefined> {
  try {
    const [response] = (await once(get({ socketPath: probe }), 'response')) as [IncomingMessage];
    return [name, JSON.parse(await text(response)) as Holding];
  } catch {
    return undefined;
  }
}

function describe({ minute, instances, redisMib, keys, begun, ended, refused }: Sample): string {
  const list = Object.entries(instances).map(
    ([name, { rssMib, heapMib, handles, lateP99, lateMax }]) =>
      `  ${name}: RSS ${rssMib.toFixed(0)} MiB, heap ${heapMib.toFixed(1)} MiB, ${handles} handles, loop late p99 ${lateP99.toFixed(0)} max ${lateMax.toFixed(0)} ms`,
  );
  const kinds = Object.entries(keys)
    .sort()
    .map(([kind, count]) => `${kind} ${count}`);
  return [
    `minute ${minute.toFixed(1)}: ${begun} payments begun, ${ended} ended, ${refused} refusals`,
    ...list,
    `  Redis: ${redisMib.toFixed(1)} MiB; keys ${kinds.join(', ')}`,
  ].join('\n');
}
