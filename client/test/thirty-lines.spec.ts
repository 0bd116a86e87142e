import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { check } from '../../test/chaos/checker.js';
import { Faults, schedule } from '../../test/chaos/faults.js';
import type { Entry, StoredRecord } from '../../test/chaos/history.js';
import type { Line } from '../../test/chaos/line.js';
import { Random } from '../../simulator/src/devices/random.js';
import { StoreReader } from '../../test/chaos/store.js';
import { World, type ClientKey } from '../../test/chaos/world.js';
import { eventually } from '../../test/support/eventually.js';
import { PROJECT_FOLDER } from '../../test/support/programs.js';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import { Pos } from '../src/index.js';
import { programInReadme, Workshop } from './readme.js';
import { QUICK } from './shop.js';
import { TillProgram } from './till-program.js';
import { WitnessedTerminal } from './witnessed-terminal.js';

const SEED = Number(process.env.CHAOS_SEED ?? 4_711);
const SECONDS = Number(process.env.CHAOS_SECONDS ?? 8);
/** Fewer payments would prove nothing. */
const ENOUGH = 80;
const LOAD_LIMIT_MS = 60_000;
/** Of each way: a cut must find something on its way. */
const LATENCY_MS = 15;
const TERMINALS = 14;
const TILLS = 2;
const WEIGHTS = {
  'cut clients': 15,
  'cut all tills': 5,
  'kill instance': 8,
  'kill Redis': 6,
  'terminals away': 4,
};

function key(id: string, deviceType: ClientKey['deviceType']): ClientKey {
  const isTerminal = deviceType === 'terminal';
  return {
    id,
    key: `key-of-${id}`,
    secret: 'none',
    groupId: 'shop',
    deviceType,
    ...(isTerminal && { deviceId: id }),
  };
}

/** Everything of one run. */
class Street {
  readonly tills: TillProgram[] = [];
  readonly terminals: WitnessedTerminal[] = [];
  private readonly lines: TcpProxy[] = [];

  private constructor(
    readonly world: World,
    private readonly folder: string,
    private readonly workshop: Workshop,
  ) {}

  static async build(): Promise<Street> {
    const folder = mkdtempSync(join(tmpdir(), 'terminal-gateway-street-'));
    const tills = Array.from({ length: TILLS }, (_, i) => key(`till-${i}`, 'desktop'));
    const terminals = Array.from({ length: TERMINALS }, (_, i) => key(`terminal-${i}`, 'terminal'));
    const keys = [...tills, ...terminals, key('reader', 'desktop')];
    const dist = join(PROJECT_FOLDER, 'dist');
    const world = await World.start({ folder, keys, dist, persistence: 'everysec' });
    const street = new Street(world, folder, new Workshop());
    const program = street.workshop.write('pos.mjs', programInReadme('pos.mjs'));
    for (const { id, key } of terminals) await street.addTerminal(id, key);
    for (const { id, key } of tills) await street.addTill(id, key, program);
    await Promise.all(street.terminals.map(({ terminal }) => terminal.connect()));
    return street;
  }

  async clear(): Promise<void> {
    this.tills.forEach((till) => till.kill());
    this.terminals.forEach(({ terminal }) => terminal.close());
    await Promise.all(this.lines.map((line) => line.close()));
    await this.world.stop();
    this.workshop.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async addTerminal(name: string, key: string): Promise<void> {
    const { line, url } = await this.lineOf();
    const { ca } = this.world;
    this.terminals.push(new WitnessedTerminal({ name, url, key, ca, seed: SEED, line }));
  }

  private async addTill(name: string, key: string, path: string): Promise<void> {
    const { line, url } = await this.lineOf();
    const env = {
      ...{ GATEWAY_URL: url, GATEWAY_KEY: key },
      NODE_EXTRA_CA_CERTS: join(this.folder, 'gateway.crt'),
    };
    this.tills.push(new TillProgram({ name, path, env, line }));
  }

  /** A network for one client. */
  private async lineOf(): Promise<{ line: TcpProxy; url: string }> {
    const url = new URL(this.world.url);
    const line = await TcpProxy.start({ port: Number(url.port), host: 'localhost' });
    line.latencyMs = LATENCY_MS;
    this.lines.push(line);
    url.port = String(line.port);
    return { line, url: url.href };
  }
}

/** Payments at every terminal, one after the other, until the time is over and there were enough of them. @returns how many */
async function load({ terminals, tills }: Street): Promise<number> {
  const end = Date.now() + SECONDS * 1_000;
  let begun = 0;
  const isOver = () => Date.now() >= end && begun > ENOUGH;
  const lanes = terminals.map(async ({ name }, lane) => {
    const random = new Random(SEED, 'lane', lane);
    for (let n = 0; !isOver(); n++) {
      begun++;
      const ending = await random.pick(tills).pay(name, `${SEED}-${lane}-${n}`);
      // A terminal that is away is not asked without end.
      await sleep(ending === 'final' ? random.int(0, 40) : random.int(200, 400));
    }
  });
  // A payment under way may take longer than all others.
  await Promise.race([Promise.all(lanes), eventually(isOver, { timeoutMs: LOAD_LIMIT_MS })]);
  return begun;
}

/** Cuts one client after the other, beside all other faults. @returns how many */
async function cutAround({ terminals, tills }: Street): Promise<number> {
  const random = new Random(SEED, 'cuts');
  const end = Date.now() + SECONDS * 1_000;
  let cuts = 0;
  for (; Date.now() < end; cuts++) {
    await sleep(random.int(50, 400));
    // Most of what can be lost goes through the tills.
    const client = random.chance(0.7) ? random.pick(tills) : random.pick(terminals);
    client.cut();
  }
  return cuts;
}

/** Waits until nothing is open any more; what is open too long the checker finds. */
async function settle({ terminals, tills }: Street, reader: StoreReader): Promise<void> {
  const isSettled = async () => {
    const unsettled = [...terminals, ...tills].flatMap((client) => client.unsettled);
    if (unsettled.length > 0) return false;
    const records = [...(await reader.records()).values()];
    // A void whose answer was lost comes again with a new connection and not before.
    if (records.some(({ voidPending }) => voidPending)) {
      terminals.forEach((terminal) => terminal.cut());
      await Promise.all(terminals.map(({ terminal }) => terminal.connect()));
      return false;
    }
    return (await reader.leftovers()).length === 0;
  };
  await eventually(isSettled, { timeoutMs: 40_000 }).catch(() => {});
}

/** What the gateway shows of each record, asked like any till does. */
async function show(world: World, records: Iterable<StoredRecord>): Promise<void> {
  const pos = new Pos({ url: world.url, apiKey: 'key-of-reader', socketOptions: { ca: world.ca }, ...QUICK });
  for (const record of records) {
    const { status, version } = await pos.transaction(record.tx);
    record.shown = { status, version };
  }
  pos.close();
}

let street: Street | undefined;
afterEach(() => street?.clear());

describe('the till in thirty lines', () => {
  it('is no longer than it says', () => {
    expect(programInReadme('pos.mjs').trimEnd().split('\n').length).toBeLessThanOrEqual(32);
  });

  it(
    `keeps every promise while everything around it breaks (seed ${SEED})`,
    { timeout: 120_000 },
    async () => {
      street = await Street.build();
      const { world, terminals, tills } = street;
      const faults = new Faults(world, terminals as unknown as Line[], tills as unknown as Line[]);
      const faulting = faults.run(schedule(SEED, SECONDS * 1_000, WEIGHTS));
      const [begun, cuts] = await Promise.all([load(street), cutAround(street)]);
      await Promise.all([faulting, faults.heal()]);
      const reader = new StoreReader(world.redis.client);
      await settle(street, reader);
      const records = await reader.records();
      const leftovers = await reader.leftovers();
      await show(world, records.values());
      const journals = (clients: readonly { name: string; journal: { entries: Entry[] } }[]) =>
        new Map(clients.map(({ name, journal }) => [name, journal.entries]));
      const histories = { terminals: journals(terminals), tills: journals(tills), records, leftovers };
      console.log(`${begun} payments, ${cuts} cuts, ${summary(tills)}\n${faults.log.join('\n')}`);

      expect(check(histories)).toEqual([]);
      // Each was told once, and only outcomes were told.
      for (const { journal, log } of tills) {
        const ends = journal.entries.filter(({ what }) => what === 'complete' || what === 'abandoned');
        expect(new Set(ends.map(({ tx }) => tx)).size).toBe(ends.length);
        expect(log).toBe('');
      }
      expect(terminals.flatMap(({ handled }) => [...handled.values()]).filter((times) => times > 1)).toEqual(
        [],
      );
      expect(await Promise.all(tills.map((till) => till.finish()))).toEqual(tills.map(() => 0));
      // A run without payments or without faults would prove nothing.
      expect(begun).toBeGreaterThan(ENOUGH);
      expect(cuts).toBeGreaterThan(20);
      expect(faults.counts.size).toBeGreaterThanOrEqual(2);
    },
  );
});

function summary(tills: readonly TillProgram[]): string {
  const counts = new Map<string, number>();
  for (const { what, status = '', code = '' } of tills.flatMap(({ journal }) => journal.entries)) {
    const name = [what, status, code].filter(Boolean).join(' ');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${name}: ${count}`).join(', ');
}
