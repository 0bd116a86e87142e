import { describe, expect, it } from 'vitest';
import { crc16, PARTITIONS as REAL_PARTITIONS } from '../../src/redis/partitions.js';
import {
  loadsOfMasters,
  mastersBySlots,
  mastersInTurn,
  partitionLoads,
  PARTITIONS,
  percentile,
  seeded,
  unevenness,
} from './evenness.js';

const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);

describe('the simulation of partitions', () => {
  it('has as many as the gateway', () => {
    expect(PARTITIONS).toBe(REAL_PARTITIONS);
  });

  it('gives the same for the same seed, and loses no load', () => {
    const population = { groups: 500, exponent: 1 };
    const loads = partitionLoads(population, 7, crc16);
    expect(partitionLoads(population, 7, crc16)).toEqual(loads);
    expect(partitionLoads(population, 8, crc16)).not.toEqual(loads);
    expect(sum(loads)).toBeCloseTo(sum(Array.from({ length: 500 }, (_, i) => 1 / (i + 1))));
  });

  it('evens out with many groups alike, and does not with few or with a giant', () => {
    const of = (groups: number, exponent: number) =>
      unevenness(partitionLoads({ groups, exponent }, 1, crc16));
    expect(of(50_000, 0)).toBeLessThan(1.15);
    expect(of(500, 0)).toBeGreaterThan(1.3);
    expect(of(50_000, 1)).toBeGreaterThan(4);
  });
});

describe('partitions on masters', () => {
  it('lie where Redis Cluster puts their tags', () => {
    // CLUSTER KEYSLOT {p0} and {p63} of a Redis 7.0.
    expect([crc16('p0') % 16_384, crc16('p63') % 16_384]).toEqual([15882, 12555]);
    const owners = mastersBySlots(3, crc16);
    expect(owners).toHaveLength(PARTITIONS);
    expect([owners[0], owners[63]]).toEqual([15882, 12555].map((slot) => Math.floor(slot / (16_384 / 3))));
  });

  it('are as even as can be when moved by hand', () => {
    const even = new Array<number>(PARTITIONS).fill(1);
    expect(unevenness(loadsOfMasters(even, mastersInTurn(16), 16))).toBe(1);
    expect(unevenness(loadsOfMasters(even, mastersInTurn(3), 3))).toBeCloseTo((22 * 3) / 64);
    expect(sum(loadsOfMasters(even, mastersBySlots(5, crc16), 5))).toBe(PARTITIONS);
  });
});

describe('the tools', () => {
  it('draw numbers from 0 to 1', () => {
    const random = seeded(3);
    const drawn = Array.from({ length: 10_000 }, () => random());
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(1);
    expect(sum(drawn) / drawn.length).toBeCloseTo(0.5, 1);
  });

  it('take percentiles from above', () => {
    expect(percentile([3, 1, 2, 4], 0.5)).toBe(2);
    expect(percentile([3, 1, 2, 4], 0.95)).toBe(4);
  });
});
