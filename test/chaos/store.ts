import type { Redis } from 'ioredis';
import type { StoredRecord } from './history.js';

const PREFIX = 'tg:{p*}:';
const BATCH = 500;

/** What the gateways have written, read past them. Nothing is ever written here. */
export class StoreReader {
  constructor(private readonly redis: Redis) {}

  /** Every transaction record. */
  async records(): Promise<Map<string, StoredRecord>> {
    const keys = await this.keys('tx:*');
    const records = new Map<string, StoredRecord>();
    for (let i = 0; i < keys.length; i += BATCH) {
      const batch = keys.slice(i, i + BATCH);
      const hashes = await Promise.all(batch.map((key) => this.redis.hgetall(key)));
      batch.forEach((key, j) => {
        const record = asRecord(key, hashes[j]!);
        records.set(record.tx, record);
      });
    }
    return records;
  }

  /** Deadlines, locks and mail that are still there: after everything is settled there should be none. */
  async leftovers(): Promise<string[]> {
    const found: string[] = [];
    for (const name of ['due', 'lost', 'grace']) {
      for (const key of await this.keys(name)) {
        for (const member of await this.redis.zrange(key, '0', '-1')) {
          found.push(`${name}: ${oneLine(member)}`);
        }
      }
    }
    for (const key of await this.keys('ep:*')) {
      const payment = await this.redis.hget(key, 'tx');
      if (payment !== null) found.push(`${nameOf(key)} is still locked by ${oneLine(payment)}`);
    }
    for (const key of await this.keys('mailbox:*')) {
      for (const id of await this.redis.hkeys(key)) found.push(`${id} still lies in ${nameOf(key)}`);
    }
    return found;
  }

  private async keys(pattern: string): Promise<string[]> {
    const keys = new Set<string>();
    let cursor = '0';
    do {
      const [next, page] = await this.redis.scan(cursor, 'MATCH', `${PREFIX}${pattern}`, 'COUNT', '1000');
      page.forEach((key) => keys.add(key));
      cursor = next;
    } while (cursor !== '0');
    return [...keys];
  }
}

function asRecord(key: string, hash: Record<string, string>): StoredRecord {
  const { status = '', version, eventId, voidPending, dispatches, retrySafe } = hash;
  return {
    tx: key.slice(key.lastIndexOf(':') + 1),
    group: /:tx:([^:]*):/.exec(key)?.[1] ?? '',
    status,
    version: Number(version),
    voidPending: voidPending === '1',
    dispatches: Number(dispatches ?? 0),
    ...(eventId && { eventId }),
    ...(retrySafe && { retrySafe }),
  };
}

function nameOf(key: string): string {
  return key.slice(key.indexOf('}:') + 2);
}

function oneLine(member: string): string {
  return member.replaceAll('\n', ' ');
}
