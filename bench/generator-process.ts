import { fork } from 'node:child_process';
import { adopt } from './children.js';
import { Remote } from './remote.js';

const GENERATOR = new URL('./generator/main.js', import.meta.url);

/** Starts a load generator in a process of its own; what it offers stands in `generator/main.ts`. */
export function startGenerator(): Remote {
  return new Remote(adopt(fork(GENERATOR)));
}
