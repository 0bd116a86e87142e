import { readFileSync } from 'node:fs';
import type { Remote } from './remote.js';
import type { Measures, Round } from './types.js';

/** USER_HZ: what the kernel counts CPU time in towards user space, the same on all of Linux. */
const MS_PER_TICK = 10;

interface Sample {
  at: number;
  gateway: number;
  redis: number;
  generator: number;
  machine: number;
}

/**
 * Counts CPU time from now on: user and system time from /proc, so that nothing in the processes measures itself.
 * @param flooder a second generator, counted with the first
 */
export function startMeter(
  { running, redis, generator }: Round,
  flooder?: Remote,
): (each: number) => Measures {
  const sample = (): Sample => ({
    at: performance.now(),
    gateway: sum(running.processes.map(({ pid }) => processMs(pid))),
    redis: processMs(redis.pid),
    generator: sum([generator, process, ...(flooder ? [flooder] : [])].map(({ pid }) => processMs(pid))),
    machine: machineMs(),
  });
  const start = sample();
  /** @param each among how many requests the time is shared out */
  return (each) => {
    const end = sample();
    const spent = (of: Exclude<keyof Sample, 'at'>): number => end[of] - start[of];
    const elapsed = end.at - start.at;
    const ours = spent('gateway') + spent('redis');
    return {
      'gateway CPU ms': spent('gateway') / each,
      'redis CPU ms': spent('redis') / each,
      'CPU ms': ours / each,
      'generator CPU ms': spent('generator') / each,
      'gateway cores': spent('gateway') / elapsed,
      'redis cores': spent('redis') / elapsed,
      'generator cores': spent('generator') / elapsed,
      'other cores': Math.max(0, (spent('machine') - ours - spent('generator')) / elapsed),
    };
  };
}

/** Resident memory of a process in KiB. */
export function residentKib(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** CPU time of a process since its start, user and system. */
export function processMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in parentheses, which may contain blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** CPU time that was not idle, of all cores together. */
function machineMs(): number {
  const [, user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8')
    .slice(0, 200)
    .split(/\s+/)
    .map(Number);
  return (user! + nice! + system! + irq! + softirq!) * MS_PER_TICK;
}

function sum(numbers: number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
