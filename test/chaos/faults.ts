import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../simulator/src/devices/random.js';
import type { Line } from './line.js';
import type { Direction, Role } from './redis-link.js';
import { INSTANCES, TIMES, type Instance, type World } from './world.js';

/** How often each kind of fault comes, relative to the others. */
export const WEIGHTS = {
  'kill instance': 8,
  'stop instance': 10,
  'rolling restart': 3,
  'kill Redis client': 12,
  'black-holed Redis': 8,
  'late Redis': 8,
  'deaf subscriber': 5,
  'kill Redis': 7,
  'cut clients': 15,
  'cut all tills': 3,
  'clients stop reading': 12,
  'clients hang and die': 6,
  'terminals away': 12,
};

export type FaultKind = keyof typeof WEIGHTS;
export type Weights = Partial<Record<FaultKind, number>>;

/** One fault, drawn before the run begins. */
export interface Fault {
  /** ms after the start of the load. */
  at: number;
  kind: FaultKind;
  instance: number;
  /** How long it lasts, or the pause before a restart. */
  ms: number;
  /** Seed of what else is to be chosen. */
  salt: number;
  /** Which way to Redis is disturbed; chosen if absent. */
  directions?: readonly Direction[];
}

const DURATIONS: Partial<Record<FaultKind, [number, number]>> = {
  'kill instance': [100, 1_500],
  'stop instance': [1_000, 12_000],
  'black-holed Redis': [3_000, 8_000],
  'late Redis': [500, 5_000],
  'kill Redis': [50, 1_200],
  'clients stop reading': [500, 6_000],
  'clients hang and die': [200, 2_500],
  'terminals away': [TIMES.graceMs + 500, TIMES.graceMs + 3_500],
};

/** The faults of a run: the same seed, the same faults. Every 0.5 to 2 s one. */
export function schedule(seed: number, durationMs: number, weights: Weights = WEIGHTS): Fault[] {
  const random = new Random(seed, 'faults');
  const faults: Fault[] = [];
  for (let at = random.int(500, 2_000); at < durationMs; at += random.int(500, 2_000)) {
    const kind = random.weighted(weights);
    const [least, most] = DURATIONS[kind] ?? [0, 0];
    const instance = random.int(0, INSTANCES - 1);
    faults.push({ at, kind, instance, ms: random.int(least, most), salt: random.int(0, 2 ** 31) });
  }
  return faults;
}

const DIRECTIONS: readonly Direction[][] = [['up', 'down'], ['down'], ['up']];

/** Does the faults to a world and its clients, and heals them. */
export class Faults {
  /** One line per fault, as it was done. */
  readonly log: string[] = [];
  readonly counts = new Map<FaultKind, number>();
  private readonly atWork = new Set<Promise<void>>();
  private readonly startedAt = Date.now();
  private redisBusy = false;
  private ended = false;

  constructor(
    private readonly world: World,
    private readonly terminals: readonly Line[],
    private readonly tills: readonly Line[],
  ) {}

  /** Does the faults of a schedule at their times; resolves when the last one has begun. */
  async run(faults: readonly Fault[]): Promise<void> {
    for (const fault of faults) {
      await sleep(Math.max(0, this.startedAt + fault.at - Date.now()));
      if (this.ended) return;
      this.begin(fault);
    }
  }

  /** No further faults; resolves when those at work are over and everything is as it should be. */
  async heal(): Promise<void> {
    this.ended = true;
    await Promise.all(this.atWork);
    this.world.instances.forEach(({ link }) => link.heal());
    if (!(await this.world.untilReady())) this.log.push('not every instance got ready again');
  }

  private begin(fault: Fault): void {
    const work = this.apply(fault)
      .then((what) => this.note(fault, what))
      .catch((error: unknown) => this.note(fault, `failed: ${(error as Error).message}`))
      .finally(() => this.atWork.delete(work));
    this.atWork.add(work);
  }

  private note({ at, kind }: Fault, what: string): void {
    this.log.push(`${(at / 1000).toFixed(1).padStart(6)} s  ${kind}: ${what}`);
    if (!what.startsWith('left out')) this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  /** @returns what was done */
  private async apply(fault: Fault): Promise<string> {
    const random = new Random(fault.salt);
    const instance = this.world.instances[fault.instance]!;
    switch (fault.kind) {
      case 'kill instance':
        return this.exclusively([instance], () => this.restart(instance, 'SIGKILL', fault.ms));
      case 'stop instance':
        return this.exclusively([instance], () => this.freeze(instance, fault.ms));
      case 'rolling restart':
        return this.exclusively(this.world.instances, () => this.rollOver());
      case 'kill Redis client':
        return this.killRedisClient(instance, random.pick(['commands', 'subscriber']));
      case 'black-holed Redis':
        return this.disturb(instance, fault.ms, random.pick(DIRECTIONS), 'blackhole');
      case 'late Redis':
        return this.disturb(instance, fault.ms, fault.directions ?? random.pick(DIRECTIONS), 'hold');
      case 'deaf subscriber':
        instance.link.deafen();
        return instance.name;
      case 'kill Redis':
        return this.killRedis(fault.ms);
      case 'cut clients':
        return this.toClients(this.someOfAll(random, 1, 8), (client) => client.cut());
      case 'cut all tills':
        return this.toClients(this.tills, (till) => till.cut());
      case 'clients stop reading':
        return this.toClients(
          this.someOfAll(random, 1, 6),
          (client) => client.stopReading(fault.ms),
          fault.ms,
        );
      case 'clients hang and die':
        return this.toClients(this.someOfAll(random, 1, 6), (c) => c.stopReading(fault.ms, true), fault.ms);
      case 'terminals away':
        return this.toClients(
          random.some(this.terminals, random.int(1, 4)),
          (terminal) => terminal.stayAway(fault.ms),
          fault.ms,
        );
    }
  }

  /** One fault at a time per instance, and never all of them down at once. */
  private async exclusively(instances: readonly Instance[], work: () => Promise<string>): Promise<string> {
    const busy = this.world.instances.filter((instance) => instance.busy).length;
    if (instances.some((instance) => instance.busy) || busy + 1 >= INSTANCES) return 'left out';
    instances.forEach((instance) => (instance.busy = true));
    try {
      return await work();
    } finally {
      instances.forEach((instance) => (instance.busy = false));
    }
  }

  private async restart(instance: Instance, signal: NodeJS.Signals, pauseMs: number): Promise<string> {
    await instance.end(signal);
    await sleep(pauseMs);
    await instance.start();
    return `${instance.name} by ${signal}, started again after ${pauseMs} ms`;
  }

  private async rollOver(): Promise<string> {
    for (const instance of this.world.instances) await this.restart(instance, 'SIGTERM', 50);
    return 'every instance by SIGTERM';
  }

  private async freeze(instance: Instance, ms: number): Promise<string> {
    instance.signal('SIGSTOP');
    await sleep(ms);
    instance.signal('SIGCONT');
    return `${instance.name} for ${ms} ms`;
  }

  private async killRedisClient(instance: Instance, role: Role): Promise<string> {
    const { client } = this.world.redis;
    const lines = String(await client.client('LIST')).split('\n');
    const mine = lines.filter((line) => line.includes(` name=tg:${instance.name}:${role} `));
    for (const line of mine) await client.client('KILL', 'ID', Number(/^id=(\d+)/.exec(line)?.[1]));
    return `${role} of ${instance.name}, ${mine.length} connections`;
  }

  private async disturb(
    { link, name }: Instance,
    ms: number,
    directions: readonly Direction[],
    how: 'blackhole' | 'hold',
  ): Promise<string> {
    link[how](directions);
    await sleep(ms);
    link.heal();
    return `${name}, ${directions.join(' and ')}, for ${ms} ms`;
  }

  private async killRedis(pauseMs: number): Promise<string> {
    if (this.redisBusy) return 'left out';
    this.redisBusy = true;
    try {
      await this.world.redis.killAndRestart(pauseMs);
      return `started again after ${pauseMs} ms`;
    } finally {
      this.redisBusy = false;
    }
  }

  private someOfAll(random: Random, least: number, most: number): Line[] {
    return random.some([...this.terminals, ...this.tills], random.int(least, most));
  }

  private async toClients(clients: readonly Line[], act: (client: Line) => void, ms = 0): Promise<string> {
    clients.forEach(act);
    await sleep(ms);
    return `${clients.map(({ name }) => name).join(' ')}${ms > 0 ? ` for ${ms} ms` : ''}`;
  }
}
