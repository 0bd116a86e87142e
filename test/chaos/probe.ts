/** Loaded into an instance by `--import`: tells over a socket what it holds. */
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOK_MS = 20;

/** Of one instance, after a garbage collection. */
export interface Holding {
  pid: number;
  rssMib: number;
  heapMib: number;
  /** Sockets, timers and the like. */
  handles: number;
  /** ms that the event loop came too late since the last look, which the collection does not count to. */
  lateP99: number;
  lateMax: number;
}

const path = process.env['PROBE_SOCKET'] ?? '';
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const delay = monitorEventLoopDelay({ resolution: LOOK_MS });
delay.enable();

// Of a process that was killed.
rmSync(path, { force: true });
createServer((_request, response) => {
  const late = (ns: number) => Math.max(0, ns / 1e6 - LOOK_MS);
  const [lateP99, lateMax] = [late(delay.percentile(99)), late(delay.max)];
  collectGarbage();
  collectGarbage();
  delay.reset();
  const { rss, heapUsed } = process.memoryUsage();
  const holding: Holding = {
    pid: process.pid,
    rssMib: rss / 2 ** 20,
    heapMib: heapUsed / 2 ** 20,
    handles: process.getActiveResourcesInfo().length,
    lateP99,
    lateMax,
  };
  response.setHeader('connection', 'close').end(JSON.stringify(holding));
})
  .listen(path)
  .unref();
