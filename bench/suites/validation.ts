import { READINGS, type ReadResult } from '../generator/frame-reading.js';
import type { Suite } from '../types.js';

/** Reading and checking the two frames of a payment, in a process of its own without anything else. */
export const validationSuite: Suite = {
  name: 'validation',
  summary: 'reading the frames of a payment in a loop, against JSON.parse (--seconds)',
  targets: ['nothing'],
  base: 'case',
  columns: { µs: 2, 'µs p99': 2 },
  ratios: ['µs'],
  cases: () => Object.keys(READINGS),
  fleet: () => ({ groups: 0, tills: 0, terminals: 0 }),
  async measure({ generator, options: { warmup, seconds } }, name) {
    const { us, usP99 } = await generator.call<ReadResult>('read', { name, warmup, seconds });
    return { µs: us, 'µs p99': usP99 };
  },
};
