import type { IndexedPayment, PaymentIndex } from '../payments/index.js';

const FIRST_READ = 8;
const LARGEST_READ = 256;

/** One partition's part of the list, read ahead. */
interface Lane {
  partition: number;
  ahead: IndexedPayment[];
  /** The last entry that was read; those after it are still to come. */
  last: IndexedPayment | undefined;
  size: number;
  isEmpty: boolean;
}

/**
 * The payments of several partitions as one list: latest change first, those of one moment by their name. A place in it can be
 * gone on from, whatever has changed meanwhile: what changes moves to the front, and nothing moves back.
 */
export class PaymentLanes {
  private readonly lanes: Lane[];

  /** @param after the list begins behind this entry */
  constructor(
    private readonly index: PaymentIndex,
    partitions: readonly number[],
    after?: IndexedPayment,
  ) {
    this.lanes = partitions.map((partition) => ({
      partition,
      ahead: [],
      last: after,
      size: FIRST_READ,
      isEmpty: false,
    }));
  }

  /** The next entries; less than wanted only at the end of the list. */
  async take(count: number): Promise<IndexedPayment[]> {
    const taken: IndexedPayment[] = [];
    while (taken.length < count) {
      await Promise.all(this.lanes.filter(isDry).map((lane) => this.readAhead(lane)));
      const next = this.lanes.reduce<Lane | undefined>(
        (best, lane) =>
          lane.ahead[0] && (!best || compare(lane.ahead[0], best.ahead[0]!) < 0) ? lane : best,
        undefined,
      );
      if (!next) break;
      taken.push(next.ahead.shift()!);
    }
    return taken;
  }

  private async readAhead(lane: Lane): Promise<void> {
    // Entries of the same moment as the last one come again; there may be many of them.
    for (let offset = 0; ;) {
      const { partition, last, size } = lane;
      const page = await this.index.before(partition, last?.score ?? '+inf', offset, size);
      lane.ahead = last ? page.filter((entry) => compare(last, entry) < 0) : page;
      lane.isEmpty = page.length < size;
      lane.size = Math.min(LARGEST_READ, size * 2);
      if (lane.ahead.length > 0 || lane.isEmpty) {
        lane.last = page.at(-1) ?? last;
        return;
      }
      offset += page.length;
    }
  }
}

function isDry({ ahead, isEmpty }: Lane): boolean {
  return ahead.length === 0 && !isEmpty;
}

/** Negative if `a` comes first. Redis compares names byte by byte. */
function compare(a: IndexedPayment, b: IndexedPayment): number {
  return b.score - a.score || Buffer.compare(Buffer.from(b.member), Buffer.from(a.member));
}
