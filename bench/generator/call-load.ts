import { setTimeout as sleep } from 'node:timers/promises';
import type { CallerPlan } from '../fleet.js';
import { HttpConnection } from './http-connection.js';
import { Latencies } from './latencies.js';
import { atRandomMoments } from './pace.js';
import { signedCall } from './signed-call.js';

const PATIENCE_MS = 8_000;

export interface CallRun {
  /** Calls per second, of all callers together. */
  rate: number;
  seconds: number;
}

export interface CallResult {
  errors: number;
  /** All of them, ms. */
  latencies: number[];
  firstProblem: string;
}

/** Callers that list their terminals at random moments, each on a keep-alive connection of its own. */
export class CallLoad {
  private latencies = new Latencies();
  private errors = 0;
  private firstProblem = '';

  private constructor(private readonly callers: { plan: CallerPlan; connection: HttpConnection }[]) {}

  static async open(plans: CallerPlan[]): Promise<CallLoad> {
    const open = async (plan: CallerPlan) => ({ plan, connection: await HttpConnection.open(plan.port) });
    return new CallLoad(await Promise.all(plans.map(open)));
  }

  async run({ rate, seconds }: CallRun): Promise<CallResult> {
    this.latencies = new Latencies();
    this.errors = 0;
    this.firstProblem = '';
    let next = 0;
    await atRandomMoments({ rate, endsAt: performance.now() + seconds * 1000 }, () => this.call(next++));
    const patience = performance.now() + PATIENCE_MS;
    while (this.callers.some(({ connection }) => !connection.isFree) && performance.now() < patience) {
      await sleep(20);
    }
    return { errors: this.errors, latencies: this.latencies.values, firstProblem: this.firstProblem };
  }

  /** By the next caller that waits for no answer; if all of them do, that is an error. */
  private call(from: number): void {
    const inTurn = this.callers.map((_, i) => this.callers[(from + i) % this.callers.length]!);
    const free = inTurn.find(({ connection }) => connection.isFree);
    if (!free) return this.note('no free caller');
    const sentAt = performance.now();
    free.connection.send(signedCall(free.plan, { method: 'GET', path: '/v1/terminals' })).then(
      ({ status, body }) => {
        this.latencies.add(performance.now() - sentAt);
        if (status !== 200) this.note(body);
      },
      (error: unknown) => this.note(String(error)),
    );
  }

  private note(problem: string): void {
    this.errors++;
    this.firstProblem ||= problem.slice(0, 300);
  }
}
