import { describe, expect, it } from 'vitest';
import { Lanes } from './lanes.js';

const NOW = 1_000_000;
const admitted = (lanes: Lanes, endpoint: string, count: number) =>
  Array.from({ length: count }, () => lanes.enter(endpoint, NOW)).filter(({ kind }) => kind === 'admitted')
    .length;

describe('Lanes', () => {
  it('lets a few calls of one endpoint through, whatever others do', () => {
    const lanes = new Lanes();
    expect(admitted(lanes, 'slow', 10)).toBe(4);
    expect(admitted(lanes, 'other', 10)).toBe(4);
  });

  it('gives the room of a finished call to the next', () => {
    const lanes = new Lanes();
    admitted(lanes, 'a', 4);
    lanes.leave('a', { durationMs: 10, isDelivered: true });
    lanes.leave('a');
    expect(admitted(lanes, 'a', 4)).toBe(2);
  });

  it('lets an endpoint that failed prove itself with one call', () => {
    const lanes = new Lanes();
    admitted(lanes, 'a', 4);
    for (let i = 0; i < 4; i++) lanes.leave('a', { durationMs: 10, isDelivered: false });
    expect(admitted(lanes, 'a', 4)).toBe(1);
    lanes.leave('a', { durationMs: 10, isDelivered: true });
    expect(admitted(lanes, 'a', 10)).toBe(4);
  });

  it('sends those who find it full away for longer the more there are, but never for longer than 30 s', () => {
    const lanes = new Lanes();
    admitted(lanes, 'a', 4);
    const pauses = Array.from({ length: 5_000 }, () => {
      const admission = lanes.enter('a', NOW);
      return admission.kind === 'full' ? admission.pauseMs : 0;
    });
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(20);
    expect(pauses[0]!).toBeLessThan(100);
    expect(pauses[1_000]!).toBeGreaterThan(5_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(30_000);
    // Those at the longest pause do not come back in one wave.
    expect(new Set(pauses.slice(-1_000)).size).toBeGreaterThan(500);
  });

  it('paces by how long the endpoint takes', () => {
    const [quick, slow] = [new Lanes(), new Lanes()];
    for (const [lanes, durationMs] of [
      [quick, 5],
      [slow, 5_000],
    ] as const) {
      for (let i = 0; i < 20; i++) {
        lanes.enter('a', NOW);
        lanes.leave('a', { durationMs, isDelivered: true });
      }
      admitted(lanes, 'a', 4);
    }
    const pauseOf = (lanes: Lanes) => {
      const admissions = Array.from({ length: 10 }, () => lanes.enter('a', NOW));
      const last = admissions.at(-1)!;
      return last.kind === 'full' ? last.pauseMs : 0;
    };
    expect(pauseOf(slow)).toBeGreaterThan(50 * pauseOf(quick));
  });
});
