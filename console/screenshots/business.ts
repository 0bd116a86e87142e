import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame, PosClient, TerminalClient } from '../../test/support/clients.js';
import { posKey, terminalKey, type Cluster, type TestKey } from '../../test/support/fixture.js';

const SHOPS = ['airport', 'berlin', 'hamburg', 'lisbon'];
const LANES = 5;
/** How long a customer takes, ms. */
const FASTEST = 700;
const SLOWEST = 3_200;

const lanes = SHOPS.flatMap((shop) => Array.from({ length: LANES }, (_, i) => `${shop}-${i + 1}`));
const shopOf = (lane: string) => lane.split('-')[0]!;

/** A till for each shop, a terminal for each of its lanes. */
export const KEYS: TestKey[] = [
  ...SHOPS.map((shop) => posKey(`till-${shop}`, shop)),
  ...lanes.map((lane) => terminalKey(`key-${lane}`, `${lane.toUpperCase()}`, shopOf(lane))),
];

/** Shops in which people buy things until it is told to end. */
export class Business {
  private isOpen = true;
  private sold = 0;

  private constructor(
    private readonly tills: ReadonlyMap<string, PosClient>,
    readonly terminals: ReadonlyMap<string, TerminalClient>,
  ) {}

  static async open(cluster: Cluster): Promise<Business> {
    const tills = new Map<string, PosClient>();
    const terminals = new Map<string, TerminalClient>();
    for (const [index, shop] of SHOPS.entries()) {
      tills.set(shop, await cluster.pos(`till-${shop}`, { on: index % cluster.instances.length }));
    }
    for (const [index, lane] of lanes.entries()) {
      const on = (index + 1) % cluster.instances.length;
      terminals.set(lane, await cluster.terminal(`key-${lane}`, { on, behaviour: serve }));
    }
    return new Business(tills, terminals);
  }

  /** Sells for so long, in every lane. */
  async sell(ms: number): Promise<void> {
    const closing = setTimeout(() => (this.isOpen = false), ms);
    await Promise.all(lanes.map((lane) => this.serveLane(lane)));
    clearTimeout(closing);
    this.isOpen = true;
  }

  /** Has every customer of a lane pay from now on. */
  please(lane: string): void {
    this.terminals.get(lane)!.behaviour = approve;
  }

  /** Asks for one payment and does not wait. */
  ask(lane: string): string {
    const transactionId = `order-${4_711 + this.sold++}`;
    const amount = (3 + Math.random() * 90).toFixed(2);
    const request = { transactionId, amount, currency: 'EUR', paymentMethod: 'CARD' };
    this.tills.get(shopOf(lane))!.pay(lane.toUpperCase(), request);
    return transactionId;
  }

  private async serveLane(lane: string): Promise<void> {
    while (this.isOpen) {
      await sleep(Math.random() * SLOWEST);
      const transactionId = this.ask(lane);
      await this.tills.get(shopOf(lane))!.result(transactionId);
    }
  }
}

/** What most customers do, and some do not. */
async function serve(payment: Frame, terminal: TerminalClient): Promise<void> {
  const luck = Math.random();
  if (luck > 0.1) return approve(payment, terminal);
  await insertCard(payment, terminal);
  if (luck < 0.08) terminal.respond(payment.transactionId, 'FAILED', { errorCode: 'DECLINED' });
  else terminal.respond(payment.transactionId, 'CANCELLED');
}

async function approve(payment: Frame, terminal: TerminalClient): Promise<void> {
  await insertCard(payment, terminal);
  terminal.respond(payment.transactionId, 'SUCCESS', { authorizationCode: 'A-4711' });
}

async function insertCard({ transactionId }: Frame, terminal: TerminalClient): Promise<void> {
  terminal.send({ action: 'paymentProgress', transactionId, stage: 'cardInserted' });
  await sleep(FASTEST + Math.random() * (SLOWEST - FASTEST));
}
