import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { CandidTerminal, CandidTill, type Ended } from './candid.js';
import { PosClient, TerminalClient } from './clients.js';
import { eventually } from './eventually.js';
import type { Cluster } from './fixture.js';

/** A payment, seen from both sides. */
export interface Story extends Ended {
  /** How often it was handed to the terminal. */
  handedOver: number;
  /** Statuses of the results that the till was ever told. */
  told: string[];
}

/**
 * Pairs of a till and a terminal on different instances that pay one after the other until told to stop, while something
 * happens to the store. No payment is asked for twice, so that each verdict can be held against what the terminal got.
 */
export class CandidLoad {
  private readonly tills: CandidTill[];
  private readonly terminals: CandidTerminal[];
  private running: Promise<unknown> = Promise.resolve();
  private isOver = false;

  /** @param pairs as given to `keysForLoad` @param name first part of the transaction ids */
  constructor(
    cluster: Cluster,
    pairs: number,
    private readonly name: string,
  ) {
    const indexes = Array.from({ length: pairs }, (_, i) => i);
    const place = (i: number) => cluster.url(i % cluster.instances.length);
    this.tills = indexes.map(
      (i) => new CandidTill(() => PosClient.connect(place(i), cluster.key(`pos${i}`))),
    );
    this.terminals = indexes.map(
      (i) =>
        new CandidTerminal((options) => TerminalClient.connect(place(i + 1), cluster.key(`t${i}`), options)),
    );
  }

  /** Each till begins a payment every `paceMs` unless the one before takes longer. */
  async start(paceMs: number): Promise<void> {
    await eventually(() => [...this.tills, ...this.terminals].every(({ isConnected }) => isConnected));
    this.running = Promise.all(this.tills.map((till, i) => this.keepPaying(till, i, paceMs)));
  }

  /** Resolves when every till has completed so many payments that it began from now on. */
  async progress(payments: number, timeoutMs: number): Promise<void> {
    const since = Date.now();
    const isBehind = ({ ended }: CandidTill) =>
      ended.filter(({ kind, begunAt }) => kind === 'completed' && begunAt >= since).length < payments;
    await eventually(() => !this.tills.some(isBehind), { timeoutMs, what: 'progress of every till' });
  }

  /** Lets what was begun come to its end. */
  async finish(): Promise<Story[]> {
    this.isOver = true;
    await this.running;
    return this.stories();
  }

  stories(): Story[] {
    return this.tills.flatMap((till, i) =>
      till.ended.map((ended) => ({
        ...ended,
        handedOver: this.terminals[i]!.ledger.timesSeen(ended.transactionId),
        told: (till.results.get(ended.transactionId) ?? []).map(({ status }) => status as string),
      })),
    );
  }

  /** What the gateway says of a transaction now. */
  async look({ transactionId }: Story): Promise<string | undefined> {
    const pair = Number(transactionId.slice(this.name.length + 1).split('-')[0]);
    return (await this.tills[pair]!.look(transactionId))?.status as string | undefined;
  }

  /** How the connections ended that this side did not end. */
  endings(): object[] {
    return [...this.tills, ...this.terminals].flatMap((client) => client.endings);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all([...this.tills, ...this.terminals].map((client) => client.stop()));
  }

  private async keepPaying(till: CandidTill, i: number, paceMs: number): Promise<void> {
    for (let n = 0; !this.isOver; n++) {
      await Promise.all([till.pay(`TERM-${i}`, `${this.name}-${i}-${n}`), sleep(paceMs)]);
    }
  }
}

/** None was handed over twice, none ended in two ways, and no verdict about a retry was a lie. */
export function expectTrue(stories: Story[]): void {
  const those = (wrong: (story: Story) => boolean) => stories.filter(wrong);
  expect(
    those(({ handedOver }) => handedOver > 1),
    'handed over twice',
  ).toEqual([]);
  expect(
    those(({ kind, handedOver }) => kind === 'completed' && handedOver === 0),
    'never happened',
  ).toEqual([]);
  expect(
    those(({ told }) => new Set(told).size > 1),
    'two outcomes',
  ).toEqual([]);
  expect(
    those(({ retrySafe, handedOver }) => retrySafe === true && handedOver > 0),
    'unsafe retry',
  ).toEqual([]);
  const isMute = ({ kind, retrySafe }: Story) => kind === 'refused' && retrySafe === undefined;
  expect(those(isMute), 'refused without a verdict').toEqual([]);
}

/** For the message of a test and for people: how many ended how. */
export function tally(stories: Story[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind, code, retrySafe } of stories) {
    const name = [kind, code, retrySafe].filter((part) => part !== undefined).join(' ');
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** The longest time in which no payment was completed, ms. */
export function longestGap(stories: Story[]): number {
  const times = stories.filter(({ kind }) => kind === 'completed').map(({ endedAt }) => endedAt);
  times.sort((a, b) => a - b);
  return Math.max(0, ...times.slice(1).map((at, i) => at - times[i]!));
}
