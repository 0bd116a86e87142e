import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../devices/random.js';
import type { SimulatedTerminal } from '../devices/terminal.js';
import type { Fleet, Lane } from './fleet.js';
import { drawAmount, type Mix } from './mix.js';

export interface LoadOptions {
  /** Payments per second, as far as terminals are free. */
  rate: number;
  seconds: number;
  mix: Mix;
  seed: string;
}

const TICK_MS = 10;

/** Payments at a rate. One terminal has one at a time; what finds no free one waits for the next moment. */
export class Load {
  begun = 0;
  /** Moments at which a payment was due and no terminal was free. */
  heldBack = 0;
  /** Payment → the till that asked for it. */
  readonly askedBy = new Map<string, Lane>();
  private readonly busy = new Set<SimulatedTerminal>();
  private readonly running = new Set<Promise<void>>();
  private readonly random: Random;
  /** A row of its own: what the nth payment is does not depend on how many found no free terminal. */
  private readonly amounts: Random;

  constructor(
    private readonly fleet: Fleet,
    private readonly options: LoadOptions,
  ) {
    this.random = new Random(options.seed, 'load');
    this.amounts = new Random(options.seed, 'amounts');
  }

  /** Resolves when the time is over or the signal comes; payments may still be open then. */
  async run(signal: AbortSignal): Promise<void> {
    const { rate, seconds } = this.options;
    const began = performance.now();
    const elapsed = () => (performance.now() - began) / 1_000;
    let missed = 0;
    while (elapsed() < seconds && !signal.aborted) {
      while (this.begun + missed < elapsed() * rate) {
        if (this.begin()) continue;
        missed++;
        this.heldBack++;
      }
      await sleep(TICK_MS);
    }
  }

  /** Resolves when every payment has its ending, or after the limit. */
  async settle(limitMs: number): Promise<void> {
    await Promise.race([Promise.all(this.running), sleep(limitMs, undefined, { ref: false })]);
  }

  get open(): number {
    return this.running.size;
  }

  /** @returns false if no terminal is free */
  private begin(): boolean {
    const lane = this.random.pick(this.fleet.lanes);
    const free = lane.terminals.filter((terminal) => this.isFree(terminal));
    if (free.length === 0 || !lane.till.isOpen) return false;
    const terminal = this.random.pick(free);
    const tx = `${this.options.seed}-${process.pid.toString(36)}-${Date.now().toString(36)}-${++this.begun}`;
    this.askedBy.set(tx, lane);
    this.busy.add(terminal);
    const paying = lane.till
      .pay(terminal.deviceId, tx, drawAmount(this.amounts, this.options.mix))
      .then(() => {
        this.busy.delete(terminal);
        this.running.delete(paying);
      });
    this.running.add(paying);
    return true;
  }

  private isFree(terminal: SimulatedTerminal): boolean {
    return !this.busy.has(terminal) && terminal.isOpen && terminal.unsettled.length === 0;
  }
}
