const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Pseudo-random numbers (mulberry32): the same parts give the same row, on every machine. */
export class Random {
  private state: number;

  /** @param parts what the row is for, such as the seed and a name; each combination has a row of its own */
  constructor(...parts: (string | number)[]) {
    let hash = FNV_OFFSET;
    for (const byte of Buffer.from(parts.join('/'))) hash = Math.imul(hash ^ byte, FNV_PRIME);
    this.state = hash >>> 0;
  }

  /** From 0, below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)]!;
  }

  /** So many different ones of a list. */
  some<T>(list: readonly T[], count: number): T[] {
    const left = [...list];
    return Array.from({ length: Math.min(count, left.length) }, () =>
      left.splice(this.int(0, left.length - 1), 1),
    ).flat();
  }

  /** One of the keys, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Partial<Record<K, number>>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let at = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    return (entries.find(([, weight]) => (at -= weight) < 0) ?? entries.at(-1)!)[0];
  }
}
