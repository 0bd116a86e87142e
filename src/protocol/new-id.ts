import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const NEEDED = 16;
/** Asking the system for sixteen random bytes takes longer than all else about an id, and for many of them hardly more. */
const pool = new Uint8Array(256 * NEEDED);
let used = pool.length;

/** A new id (UUIDv7): unique everywhere, and in the order of time to the millisecond. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + NEEDED);
  used += NEEDED;
  return v7({ random });
}
