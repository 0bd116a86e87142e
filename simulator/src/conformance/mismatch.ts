import { setTimeout as sleep } from 'node:timers/promises';
import type { Layer } from './layers.js';
import { differences, type Shape } from './shape.js';

/** A frame or an answer came, and it is not as the contract wants it. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';

  constructor(
    readonly expected: string,
    readonly came: string,
    readonly details: readonly string[] = [],
  ) {
    super([`expected ${expected}, came ${came}`, ...details].join('\n'));
  }
}

/** @throws Mismatch */
export function assertShape(shape: Shape, actual: unknown, highest: Layer, expected: string): void {
  const details = differences(shape, actual, highest);
  if (details.length > 0) throw new Mismatch(expected, JSON.stringify(actual), details);
}

const POLL_MS = 25;

/** Reads until what is read is as expected. @returns that @throws Mismatch when the time is over */
export async function untilShape<T>(
  shape: Shape,
  read: () => Promise<T>,
  highest: Layer,
  limitMs: number,
  what: string,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const shown = await read();
    if (differences(shape, shown, highest).length === 0) return shown;
    if (Date.now() > end) assertShape(shape, shown, highest, `${what} to become ${JSON.stringify(shape)}`);
    await sleep(POLL_MS);
  }
}
