import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { PosClient, TerminalClient, type Frame } from './clients.js';
import { posKey, terminalKey, type Cluster, type TestKey } from './fixture.js';
import { PersistentPos, PersistentTerminal } from './persistent.js';

/** Keys for so many pairs of a till and a terminal. */
export function keysForLoad(pairs: number): TestKey[] {
  return Array.from({ length: pairs }, (_, i) => [
    posKey(`pos${i}`),
    terminalKey(`t${i}`, `TERM-${i}`),
  ]).flat();
}

/** What became of a load. */
export interface Outcome {
  transactionId: string;
  first: Frame;
  all: readonly Frame[];
  /** How often the payment was handed to its terminal. */
  handedOver: number;
}

/**
 * Pairs of a till and a terminal that pay one after the other and come back whenever they lose their connection. Till and
 * terminal of a pair are never on the same instance.
 */
export class Load {
  readonly tills: PersistentPos[];
  readonly terminals: PersistentTerminal[];
  private ids: string[][] = [];

  /** @param pairs as given to {@link keysForLoad} */
  constructor(
    private readonly cluster: Cluster,
    pairs: number,
    /** First part of the transaction ids; another one for each load of a cluster. */
    private readonly name = 'load',
  ) {
    const indexes = Array.from({ length: pairs }, (_, i) => i);
    this.tills = indexes.map((i) => {
      const next = this.places(i);
      return new PersistentPos(() => PosClient.connect(cluster.url(next()), cluster.key(`pos${i}`)));
    });
    this.terminals = indexes.map((i) => {
      const next = this.places(i + 1);
      return new PersistentTerminal((options) =>
        TerminalClient.connect(cluster.url(next()), cluster.key(`t${i}`), options),
      );
    });
  }

  /** How many payments have a result. */
  get done(): number {
    return this.tills.reduce((sum, till) => sum + till.results.size, 0);
  }

  /** Each till makes so many payments, beginning one every `paceMs` unless the one before takes longer. */
  async run(payments: number, paceMs: number): Promise<void> {
    this.ids = this.tills.map((_, i) => Array.from({ length: payments }, (_, n) => `${this.name}-${i}-${n}`));
    await Promise.all(
      this.tills.map(async (till, i) => {
        for (const id of this.ids[i]!) {
          await Promise.all([till.pay(`TERM-${i}`, id), sleep(paceMs)]);
        }
      }),
    );
  }

  outcomes(): Outcome[] {
    return this.tills.flatMap(({ results }, i) =>
      this.ids[i]!.map((transactionId) => {
        const all = results.get(transactionId) ?? [];
        const handedOver = this.terminals[i]!.ledger.timesSeen(transactionId);
        return { transactionId, first: all[0]!, all, handedOver };
      }),
    );
  }

  /** Nothing lost, nothing handed over twice, one outcome that is always the same. */
  expectSound(): void {
    const outcomes = this.outcomes();
    const named = (bad: Outcome[]) => bad.map(({ transactionId }) => transactionId);
    expect(named(outcomes.filter(({ all }) => all.length === 0)), 'lost').toEqual([]);
    expect(named(outcomes.filter(({ handedOver }) => handedOver > 1)), 'handed over twice').toEqual([]);
    expect(named(outcomes.filter(hasTwoOutcomes)), 'more than one outcome').toEqual([]);
    expect(named(outcomes.filter(isUntrue)), 'told what is not so').toEqual([]);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.tills, ...this.terminals].map((client) => client.stop()));
  }

  /** Instances in turn, beginning at another one for each client; those that have ended refuse. */
  private places(first: number): () => number {
    let n = first;
    return () => n++ % this.cluster.instances.length;
  }
}

const hasTwoOutcomes = ({ all }: Outcome) =>
  new Set(all.map(({ eventId, status }) => `${eventId as string} ${status as string}`)).size > 1;

/** A success without a hand-over, or a failure that calls a retry safe though the terminal has the payment. */
const isUntrue = ({ first, handedOver }: Outcome) =>
  first.status === 'SUCCESS' ? handedOver !== 1 : first.retrySafe === true && handedOver > 0;
