/** Loaded into a process under load by `--import`, where a suite needs to look inside. */
import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString, writeHeapSnapshot } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { lookInside } from '../scripts/inside.mjs';
import { serve } from './remote.js';

/** How long the event loop was away in one go, and what of that time this process has computed, ms. */
export interface LoopStops {
  longest: number;
  longestOwn: number;
}

const SAMPLING_INTERVAL_US = 500;
const LOOK_MS = 1;
const COLLECTIONS = 5;
const COLLECTION_PAUSE_MS = 300;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const session = new Session();
const loopDelay = monitorEventLoopDelay({ resolution: LOOK_MS });

let ownTimer: NodeJS.Timeout | undefined;
let longestOwn = 0;

/** On few cores a process is often away because others run: that is no stop of its own making. */
function watchOwnTime(): void {
  let [at, cpu] = [performance.now(), process.cpuUsage()];
  longestOwn = 0;
  ownTimer = setInterval(() => {
    const [now, used] = [performance.now(), process.cpuUsage(cpu)];
    longestOwn = Math.max(longestOwn, Math.min(now - at, (used.user + used.system) / 1000));
    [at, cpu] = [now, process.cpuUsage()];
  }, LOOK_MS);
}

serve({
  /** Several times: what one collection finalizes, only a later one gives back, and pages are returned with a delay. */
  gc: async () => {
    for (let i = 0; i < COLLECTIONS; i++) {
      collectGarbage();
      await sleep(COLLECTION_PAUSE_MS);
    }
    return process.memoryUsage();
  },
  /** What keeps the event loop alive, by kind: sockets, timers. */
  resources: () => {
    const counts: Record<string, number> = {};
    for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  },
  watchLoop: () => {
    loopDelay.reset();
    loopDelay.enable();
    watchOwnTime();
  },
  /** Since `watchLoop`. */
  longestStop: (): LoopStops => {
    loopDelay.disable();
    clearInterval(ownTimer);
    return { longest: Math.max(0, loopDelay.max / 1e6 - LOOK_MS), longestOwn };
  },
  inside: lookInside,
  heapSnapshot: ({ file }: { file: string }) => writeHeapSnapshot(file),
  startProfile: async () => {
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_US });
    await session.post('Profiler.start');
  },
  stopProfile: async ({ file }: { file: string }) => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    await writeFile(file, JSON.stringify(profile));
  },
});
// The channel to the bench must not keep a process alive that wants to end.
process.channel?.unref();
