import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Command lines of the processes of this machine that contain `text`. One that ended but was not yet reaped has none. */
export function processesWith(text: string): string[] {
  return commandLines().filter((line) => line.includes(text));
}

function commandLines(): string[] {
  // A slim container has no ps.
  if (!existsSync('/proc/self/cmdline')) {
    return execFileSync('ps', ['-axo', 'args'], { encoding: 'utf8' }).split('\n');
  }
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' '));
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
