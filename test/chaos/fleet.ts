import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../simulator/src/devices/random.js';
import { Journal } from './history.js';
import { Terminal } from './terminal.js';
import { HttpTill } from './http-till.js';
import { Till, type Payer } from './till.js';
import { TIMES, type ClientKey, type World } from './world.js';

const GROUPS = 5;
/** Two in each group: some payments are asked for by two at once. */
export const LEAST_TILLS = 2 * GROUPS;
/** So many of the tills ask over HTTP, one in each group if there are enough. */
const HTTP_SHARE = 0.2;

export interface FleetSize {
  terminals: number;
  tills: number;
  /** How likely a till lets a payment go where it is told that it may. */
  abandons: number;
}

/** Who there is, spread over the groups in turn. */
export function makeKeys({ terminals, tills }: FleetSize): ClientKey[] {
  const key = (id: string, i: number, deviceType: ClientKey['deviceType']): ClientKey => ({
    id,
    key: `key-of-${id}`,
    secret: `secret-of-${id}`,
    groupId: `shop-${i % GROUPS}`,
    deviceType,
    ...(deviceType === 'terminal' && { deviceId: id }),
  });
  return [
    ...Array.from({ length: terminals }, (_, i) => key(`terminal-${i}`, i, 'terminal')),
    ...Array.from({ length: tills }, (_, i) => key(`till-${i}`, i, 'desktop')),
  ];
}

/** One terminal, and the tills of its group. */
export interface Lane {
  terminal: Terminal;
  tills: readonly Payer[];
}

/** All terminals and tills of a run. */
export class Fleet {
  readonly terminals: Terminal[] = [];
  readonly tills: Till[] = [];
  readonly httpTills: HttpTill[] = [];
  readonly lanes: Lane[];
  /** One till of each group. */
  readonly readers: ReadonlyMap<string, Till>;

  constructor(world: World, keys: readonly ClientKey[], seed: number, folder: string, size: FleetSize) {
    mkdirSync(join(folder, 'journals'));
    const tillsOf = new Map<string, Payer[]>();
    const readers = new Map<string, Till>();
    const overHttp = Math.floor(size.tills * HTTP_SHARE);
    const terminals: [Terminal, string][] = [];
    for (const { id, key, secret, groupId, deviceType } of keys) {
      const options = {
        name: id,
        url: world.url,
        ca: world.ca,
        key,
        random: new Random(seed, id),
        journal: new Journal(join(folder, 'journals', `${id}.jsonl`)),
      };
      if (deviceType === 'terminal') {
        const terminal = new Terminal(options, { seed, paymentTimeoutMs: TIMES.paymentTimeoutMs });
        this.terminals.push(terminal);
        terminals.push([terminal, groupId]);
      } else if (this.httpTills.length < overHttp) {
        const manner = { repeats: this.httpTills.length % 2 === 0, abandons: size.abandons };
        const hooked = this.httpTills.length % 2 === 1 && { hookCertificate: world.certificate };
        const till = new HttpTill({ ...options, url: world.httpUrl, secret, ...hooked }, manner);
        this.httpTills.push(till);
        tillsOf.set(groupId, [...(tillsOf.get(groupId) ?? []), till]);
      } else {
        // Some follow the stages too, which adds traffic that nothing may depend on.
        const follows = this.tills.length % 5 === 0;
        const headers: Record<string, string> = follows ? { 'x-extensions': 'progress' } : {};
        const till = new Till(
          { ...options, headers },
          { repeats: this.tills.length % 3 === 0, abandons: size.abandons },
        );
        this.tills.push(till);
        readers.set(groupId, till);
        tillsOf.set(groupId, [...(tillsOf.get(groupId) ?? []), till]);
      }
    }
    this.readers = readers;
    this.lanes = terminals.map(([terminal, groupId]) => ({ terminal, tills: tillsOf.get(groupId) ?? [] }));
  }

  get clients() {
    return [...this.terminals, ...this.tills];
  }

  /** Sets up what has to be there before the first payment. */
  async open(): Promise<void> {
    await Promise.all(this.httpTills.map((till) => till.open()));
  }

  get areConnected(): boolean {
    return this.clients.every((client) => client.isOpen);
  }

  stop(): void {
    for (const client of [...this.clients, ...this.httpTills]) {
      client.stop();
      client.journal.close();
    }
  }
}
