/** How many partitions the groups are spread over. Fixed for the life of a data set: it decides every key name. */
export const PARTITIONS = 64;

const CRC16_POLYNOMIAL = 0x1021;

/** CRC16 as Redis Cluster uses it for key slots (XMODEM): polynomial 0x1021, start 0, nothing reflected. */
export function crc16(text: string): number {
  let crc = 0;
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc & 0x8000 ? (crc << 1) ^ CRC16_POLYNOMIAL : crc << 1) & 0xffff;
    }
  }
  return crc;
}

/** The partition of a group: CRC16 of its id modulo 64. All keys of the group carry its hash tag. */
export function partitionOf(groupId: string): number {
  let partition = remembered.get(groupId);
  if (partition === undefined) {
    partition = crc16(groupId) % PARTITIONS;
    if (remembered.size >= MOST_REMEMBERED) {
      remembered.clear();
    }
    remembered.set(groupId, partition);
  }
  return partition;
}

/** A payment asks for its partition a dozen times. */
const remembered = new Map<string, number>();
const MOST_REMEMBERED = 10_000;

/** Things of groups, sorted by the partitions of their groups; in each in their order. */
export function byPartition<T>(things: Iterable<T>, groupOf: (thing: T) => string): Map<number, T[]> {
  const sorted = new Map<number, T[]>();
  for (const thing of things) {
    const partition = partitionOf(groupOf(thing));
    const others = sorted.get(partition);
    if (others) {
      others.push(thing);
    } else {
      sorted.set(partition, [thing]);
    }
  }
  return sorted;
}

/** The tag that puts all keys of a partition into one Redis Cluster slot. */
export function partitionTag(partition: number): string {
  return `{p${partition}}`;
}
