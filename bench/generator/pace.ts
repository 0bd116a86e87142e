import { setTimeout as sleep } from 'node:timers/promises';

export interface Pace {
  /** Per second, on average. */
  rate: number;
  /** By `performance.now()`. */
  endsAt: number;
}

/** A Poisson process: nobody waits for anybody else. @param act is told by how many ms it comes too late */
export async function atRandomMoments({ rate, endsAt }: Pace, act: (lateMs: number) => void): Promise<void> {
  let due = performance.now();
  for (;;) {
    due += (-Math.log(1 - Math.random()) * 1000) / rate;
    if (due >= endsAt) return;
    const wait = due - performance.now();
    if (wait > 0.5) await sleep(wait);
    act(Math.max(0, performance.now() - due));
  }
}
