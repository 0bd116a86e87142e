/** How evenly groups fall on partitions, and partitions on the masters of a Redis Cluster. */

export const PARTITIONS = 64;
const SLOTS = 16_384;

type Crc16 = (text: string) => number;

/** The same numbers for the same seed, from 0 to 1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Population {
  groups: number;
  /** Of Zipf's law: the n-th largest group has n^-exponent of the load of the largest; 0 = all alike. */
  exponent: number;
}

/** Load of each partition, for groups with names of their own. */
export function partitionLoads({ groups, exponent }: Population, seed: number, crc16: Crc16): number[] {
  const random = seeded(seed);
  const loads = new Array<number>(PARTITIONS).fill(0);
  for (let rank = 1; rank <= groups; rank++) {
    const name = `shop-${Math.floor(random() * 2 ** 48).toString(36)}`;
    loads[crc16(name) % PARTITIONS]! += rank ** -exponent;
  }
  return loads;
}

/** Master of each partition when every master has an equal range of slots, as `redis-cli --cluster create` gives them. */
export function mastersBySlots(masters: number, crc16: Crc16): number[] {
  return Array.from({ length: PARTITIONS }, (_, partition) =>
    Math.floor(((crc16(`p${partition}`) % SLOTS) * masters) / SLOTS),
  );
}

/** The same when the slots of the tags were moved by hand, one after the other. */
export function mastersInTurn(masters: number): number[] {
  return Array.from({ length: PARTITIONS }, (_, partition) => partition % masters);
}

export function loadsOfMasters(
  loads: readonly number[],
  masterOf: readonly number[],
  masters: number,
): number[] {
  const sums = new Array<number>(masters).fill(0);
  loads.forEach((load, partition) => (sums[masterOf[partition]!]! += load));
  return sums;
}

/** The fullest against the mean. */
export function unevenness(loads: readonly number[]): number {
  const sum = loads.reduce((a, b) => a + b, 0);
  return (Math.max(...loads) * loads.length) / sum;
}

/** The value that a share of all seeds stays at or below. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]!;
}
