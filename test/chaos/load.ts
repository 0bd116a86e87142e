import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../simulator/src/devices/random.js';
import type { Fleet, Lane } from './fleet.js';
import { CANARY } from './terminal.js';

export interface LoadOptions {
  seed: number;
  /** Payments per second, as far as the terminals can. */
  rate: number;
  seconds: number;
  /** No more than so many payments. */
  payments: number;
}

/** Part of the payments that two tills ask for at once. */
const SHARED = 0.04;
const CANCELS = 0.02;

/** Payments of all terminals, one at a time per terminal, each begun when the one before has its ending. */
export class Load {
  begun = 0;
  abandoned = 0;
  /** Payments that are over for whoever asked. */
  ended = 0;
  private nextAt = Date.now();
  private stopped = false;
  private readonly endings: Promise<unknown>[] = [];

  constructor(
    private readonly fleet: Fleet,
    private readonly options: LoadOptions,
  ) {}

  /** Resolves when no more payments are begun. Those begun may still be open. */
  async run(): Promise<void> {
    const stop = setTimeout(() => (this.stopped = true), this.options.seconds * 1_000);
    await Promise.race([sleep(this.options.seconds * 1_000), this.runLanes()]);
    clearTimeout(stop);
    this.stopped = true;
  }

  /** Waits for the endings of all payments. @returns false if the time is over before */
  async settle(limitMs: number): Promise<boolean> {
    const all = Promise.all(this.endings).then(() => true);
    return Promise.race([all, sleep(limitMs, false, { ref: false })]);
  }

  private async runLanes(): Promise<void> {
    await Promise.all(this.fleet.lanes.map((lane, i) => this.runLane(lane, i)));
  }

  private async runLane({ terminal, tills }: Lane, index: number): Promise<void> {
    const random = new Random(this.options.seed, 'lane', index);
    for (let n = 0; await this.mayBegin(); n++) {
      const tx = `${this.options.seed}-${index}-${n}`;
      const [till, other] = random.some(tills, 2);
      const shared = random.chance(SHARED);
      const ending = till!.pay(terminal.name, tx, shared);
      this.endings.push(ending);
      if (shared) this.endings.push(other!.pay(terminal.name, tx, true));
      if (random.chance(CANCELS)) setTimeout(() => till!.cancel(tx), random.int(0, 300)).unref();
      if ((await ending) === 'abandoned') this.abandoned++;
      this.ended++;
    }
  }

  /** Waits for its turn. @returns false if it is over */
  private async mayBegin(): Promise<boolean> {
    const { rate, payments } = this.options;
    const now = Date.now();
    // What was missed in an outage is not made up for in one burst.
    this.nextAt = Math.max(this.nextAt, now - 1_000) + 1_000 / rate;
    if (this.nextAt > now) await sleep(this.nextAt - now);
    if (this.stopped || this.begun >= payments) return false;
    this.begun++;
    return true;
  }
}

const CANARY_LIMIT_MS = 900;
const SLOW_SHARE = 0.2;
const ROUND_MS = 3_000;

/**
 * When nothing errs any more every payment is quick. One that had to wait for a sweep tells of an instance that hears no hints.
 * @returns what is wrong, or undefined
 */
export async function canaries(fleet: Fleet, limitMs: number): Promise<string | undefined> {
  const end = Date.now() + limitMs;
  let result = '';
  for (let round = 0; Date.now() < end; round++) {
    const times = await Promise.all(
      fleet.lanes.map(async ({ terminal, tills }, i) => {
        const started = Date.now();
        const ending = tills[(i + round) % tills.length]!.pay(terminal.name, `${CANARY}-${round}-${i}`);
        await Promise.race([ending, sleep(ROUND_MS, undefined, { ref: false })]);
        return Date.now() - started;
      }),
    );
    const slow = times.filter((ms) => ms > CANARY_LIMIT_MS).length;
    if (slow <= times.length * SLOW_SHARE) return undefined;
    result = `${slow} of ${times.length} payments took more than ${CANARY_LIMIT_MS} ms with nothing at fault`;
    await sleep(500);
  }
  return result;
}
