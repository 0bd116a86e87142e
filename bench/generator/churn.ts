import { once } from 'node:events';
import type { ClientPlan } from '../fleet.js';
import { open } from './clients.js';
import { Latencies } from './latencies.js';

export interface ChurnRun {
  /** One lane per client. */
  clients: ClientPlan[];
  seconds: number;
}

export interface ChurnResult {
  completed: number;
  perSecond: number;
  errors: number;
  p50: number;
  p99: number;
  firstProblem: string;
}

/** Lanes that connect, are registered, close and begin again. */
export async function churn({ clients, seconds }: ChurnRun): Promise<ChurnResult> {
  const latencies = new Latencies();
  const endsAt = performance.now() + seconds * 1000;
  let errors = 0;
  let firstProblem = '';
  const lane = async (plan: ClientPlan) => {
    while (performance.now() < endsAt) {
      const start = performance.now();
      try {
        const socket = await open(plan);
        latencies.add(performance.now() - start);
        const closed = once(socket, 'close');
        socket.close(1000);
        await closed;
      } catch (error) {
        errors++;
        firstProblem ||= String(error);
      }
    }
  };
  await Promise.all(clients.map(lane));
  const { p50, p99 } = latencies.summary();
  return { completed: latencies.count, perSecond: latencies.count / seconds, errors, p50, p99, firstProblem };
}
