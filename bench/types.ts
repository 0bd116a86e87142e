import type { Persistence, RedisServer } from './redis.js';
import type { Remote } from './remote.js';
import type { ServerProcess } from './server-process.js';

/** A record of an API keys file: one client of the load. */
export interface ClientKey {
  id: string;
  key: string;
  /** Signs its calls of the HTTP API. */
  secret: string;
  groupId: string;
  deviceType: 'desktop' | 'terminal';
  deviceId?: string;
}

/** A system that carries payments, ours or a rival. A further one is one file in `targets/` and one line in its index. */
export interface Target {
  readonly name: string;
  /** What it is, in a few words, for the tables. */
  readonly label: string;
  start(setup: TargetSetup): Promise<RunningTarget>;
}

export interface TargetSetup {
  redisUrl: string;
  /** File with the keys of every client that is going to connect, as `API_KEYS_FILE` has it. */
  keysFile: string;
  /** Scratch folder of this round. */
  dir: string;
  /** How many processes carry the payments together. */
  instances: number;
  /** Load probe.ts into every process, for a forced GC or a CPU profile. */
  probed: boolean;
  /** Environment variables of the gateway beside those every suite has. */
  environment: Readonly<Record<string, string>>;
}

export interface RunningTarget {
  /** WebSocket URLs, one per instance. */
  urls: readonly string[];
  processes: readonly ServerProcess[];
  stop(): Promise<void>;
}

/** How many clients a suite needs; `tills` and `terminals` are per group. */
export interface FleetSize {
  groups: number;
  tills: number;
  terminals: number;
}

/** Everything a suite works with in one round. */
export interface Round {
  running: RunningTarget;
  redis: RedisServer;
  generator: Remote;
  keys: readonly ClientKey[];
  /** Scratch folder of this round. */
  dir: string;
  options: Options;
}

/** What one round gave: a number per column. */
export type Measures = Record<string, number>;

export interface Suite {
  readonly name: string;
  readonly summary: string;
  /** Targets that are measured unless `--targets` says otherwise; the first is the base of all ratios. */
  readonly targets: readonly string[];
  /** Columns in their order, with the digits shown. */
  readonly columns: Readonly<Record<string, number>>;
  /** Columns that are also given as a ratio to the base of the same round. */
  readonly ratios: readonly string[];
  /** What ratios are taken to: the first target, unless it is the first case of the same target. */
  readonly base?: 'target' | 'case';
  readonly probed?: boolean;
  /** Environment variables of the gateway that this suite needs. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How many instances a case needs; `--instances` if absent. */
  instances?(name: string): number;
  /** How Redis persists in a case; as in production if absent. */
  persistence?(name: string): Persistence;
  /** What is measured one after the other in each round, such as sizes; most suites have one case. */
  cases(options: Options): string[];
  fleet(options: Options, name: string): FleetSize;
  measure(round: Round, name: string): Promise<Measures>;
}

export interface Options {
  seconds: number;
  warmup: number;
  rounds: number;
  /** Payments per second of the suite `payments`. */
  rate: number;
  /** Pairs of till and terminal, each with at most one payment under way. */
  pairs: number;
  instances: number;
  connections: readonly number[];
  terminals: readonly number[];
  /** Calls, frames or connects per second of the suite `flood`. */
  flood: number;
  /** Redis and the instance that is asked run before all else. */
  undisturbed: boolean;
  /** NODE_OPTIONS of the gateway. */
  node: string;
}
