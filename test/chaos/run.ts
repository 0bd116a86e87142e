import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { check, type Violation } from './checker.js';
import { Faults, schedule, type Fault, type FaultKind, type Weights } from './faults.js';
import { Fleet, makeKeys, type FleetSize } from './fleet.js';
import type { Histories, StoredRecord } from './history.js';
import type { Line } from './line.js';
import { canaries, Load, type LoadOptions } from './load.js';
import type { Persistence } from './redis-server.js';
import { StoreReader } from './store.js';
import { World, type WorldOptions } from './world.js';

export interface RunOptions extends LoadOptions, FleetSize {
  /** How often each kind of fault comes; all kinds if absent. */
  weights?: Weights;
  /** Instead of drawn ones. */
  faults?: readonly Fault[];
  /** Folder with the compiled gateway. */
  dist: string;
  persistence?: Persistence;
  /** How long everything may take to settle after the last fault is healed. */
  settleMs: number;
  /** Keys of nobody in the load, and what is loaded into every instance. */
  world?: Pick<WorldOptions, 'moreKeys' | 'preload'>;
  /** Looks on from the first payment; what it gives back is called when everything has settled. */
  watch?: (scene: Scene) => () => Promise<void>;
  /** Told what is going on. */
  say?: (line: string) => void;
}

/** Everything that takes part in a run. */
export interface Scene {
  world: World;
  fleet: Fleet;
  load: Load;
}

export interface Outcome {
  seed: number;
  violations: Violation[];
  histories: Histories;
  faults: { log: readonly string[]; counts: ReadonlyMap<FaultKind, number> };
  /** Payments begun, and how many tills let go. */
  begun: number;
  abandoned: number;
  loadMs: number;
  settleMs: number;
  reconnects: number;
  closings: ReadonlyMap<number, number>;
  /** Logs and journals. */
  folder: string;
}

const CANARY_MS = 15_000;
const HOOK_LIMIT_MS = 30_000;
const READ_LIMIT_MS = 20_000;
const POLL_MS = 250;
/** Most transactions that are asked for at a time. */
const READ_AT_ONCE = 2_000;
/** How much longer many of them may take, each. */
const READ_EACH_MS = 2;

/** One run from start to verdict. The folder stays for the caller to look at or {@link discard}. */
export async function run(options: RunOptions): Promise<Outcome> {
  const { seed, dist, persistence = 'everysec', say = () => {} } = options;
  const folder = mkdtempSync(join(tmpdir(), `terminal-gateway-chaos-${seed}-`));
  const keys = makeKeys(options);
  const world = await World.start({ ...options.world, folder, keys, dist, persistence });
  const fleet = new Fleet(world, keys, seed, folder, options);
  try {
    await until(() => fleet.areConnected, 10_000);
    await fleet.open();
    say(`seed ${seed}: everybody is connected, the faults begin`);
    const faults = new Faults(world, fleet.terminals, fleet.tills);
    const load = new Load(fleet, options);
    const stopWatching = options.watch?.({ world, fleet, load });
    const startedAt = Date.now();
    const planned = options.faults ?? schedule(seed, options.seconds * 1_000, options.weights);
    const faulting = faults.run(planned);
    await load.run();
    const loadMs = Date.now() - startedAt;
    const healing = faults.heal();
    await Promise.all([faulting, healing]);
    say(`seed ${seed}: ${load.begun} payments begun, everything is healed`);
    const reader = new StoreReader(world.redis.client);
    const healedAt = Date.now();
    await settle(load, fleet, reader, options.settleMs);
    const settleMs = Date.now() - healedAt;
    say(`seed ${seed}: settled after ${(settleMs / 1_000).toFixed(1)} s`);
    await stopWatching?.();
    const slow = await canaries(fleet, CANARY_MS);
    // A receiver that hangs is given up after 10 s, and called again.
    await until(() => fleet.httpTills.every(({ untold }) => untold === 0), HOOK_LIMIT_MS);
    const unseen = await Promise.all(fleet.httpTills.map((till) => till.review()));
    const histories = await collect(fleet, reader, [...(slow ? [slow] : []), ...unseen.flat()]);
    const closings = new Map<number, number>();
    for (const { closings: mine } of fleet.clients) {
      for (const [code, count] of mine) closings.set(code, (closings.get(code) ?? 0) + count);
    }
    return {
      seed,
      violations: check(histories),
      histories,
      faults,
      begun: load.begun,
      abandoned: load.abandoned,
      loadMs,
      settleMs,
      reconnects: fleet.clients.reduce((sum, { connections }) => sum + connections - 1, 0),
      closings,
      folder,
    };
  } finally {
    fleet.stop();
    await world.stop();
  }
}

export function discard({ folder }: Outcome): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Waits until every payment is over for everybody. What is not over in time, the checker finds. */
async function settle(load: Load, fleet: Fleet, reader: StoreReader, limitMs: number): Promise<void> {
  const end = Date.now() + limitMs;
  await load.settle(limitMs);
  await until(() => fleet.areConnected, end - Date.now());
  await until(() => fleet.terminals.every(({ unsettled }) => unsettled.length === 0), end - Date.now());
  // A void that was refused, or whose answer was lost, comes again with a new connection and not before.
  if (hasPendingVoid(await reader.records())) fleet.terminals.forEach((terminal) => terminal.cut());
  await until(async () => {
    const records = await reader.records();
    if (hasPendingVoid(records) && fleet.areConnected) {
      await sleep(1_000);
      fleet.terminals.forEach((terminal) => terminal.cut());
      return false;
    }
    return (await reader.leftovers()).length === 0;
  }, end - Date.now());
}

function hasPendingVoid(records: ReadonlyMap<string, StoredRecord>): boolean {
  return [...records.values()].some(({ voidPending }) => voidPending);
}

/** Reads what the gateways know, each transaction through a till of its group too. */
async function collect(fleet: Fleet, reader: StoreReader, complaints: readonly string[]): Promise<Histories> {
  await sleep(500);
  const leftovers = [...(await reader.leftovers()), ...complaints];
  const records = await reader.records();
  const limitMs = READ_LIMIT_MS + records.size * READ_EACH_MS;
  await Promise.race([readAll(fleet, [...records.values()]), sleep(limitMs, undefined, { ref: false })]);
  const online = await Promise.race([listed(fleet), sleep(READ_LIMIT_MS, undefined, { ref: false })]);
  for (const { name } of fleet.terminals) {
    if (!online?.has(name)) leftovers.push(`${name} is connected but not listed as online`);
  }
  return {
    terminals: journals(fleet.terminals),
    tills: journals([...fleet.tills, ...fleet.httpTills]),
    records,
    leftovers,
  };
}

/** Notes in each record what a till of its group is shown of it. */
async function readAll({ readers }: Fleet, records: readonly StoredRecord[]): Promise<void> {
  for (let i = 0; i < records.length; i += READ_AT_ONCE) {
    await Promise.all(
      records.slice(i, i + READ_AT_ONCE).map(async (record) => {
        const shown = await readers.get(record.group)?.read(record.tx);
        if (shown) record.shown = { status: shown['status'], version: shown['version'] };
      }),
    );
  }
}

/** The terminals that the gateways show as online. */
async function listed({ readers }: Fleet): Promise<Set<string>> {
  const sets = await Promise.all([...readers.values()].map((till) => till.onlineTerminals()));
  return new Set(sets.flatMap((set) => [...set]));
}

function journals(clients: readonly Pick<Line, 'name' | 'journal'>[]): Histories['tills'] {
  return new Map(clients.map(({ name, journal }) => [name, journal.entries]));
}

async function until(condition: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean> {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    if (await condition()) return true;
    await sleep(POLL_MS);
  }
  return false;
}
