import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc16, PARTITIONS, partitionOf } from './partitions.js';

describe('partitions', () => {
  it('uses the CRC16 of Redis Cluster', () => {
    // The check value that the Redis Cluster specification gives for its CRC16.
    expect(crc16('123456789')).toBe(0x31c3);
  });

  it('gives every group a partition', () => {
    fc.assert(
      fc.property(fc.string(), (groupId) => partitionOf(groupId) < PARTITIONS && partitionOf(groupId) >= 0),
    );
  });
});
