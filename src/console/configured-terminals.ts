import { KeyChanges, type KeyRecord, type KeyStore } from '../keys/index.js';
import { memberOf } from '../presence/index.js';

/** Most keys in one answer of the store. */
const BATCH = 500;

/** The terminals that are expected: those of enabled API keys with a device id. */
export class ConfiguredTerminals {
  /** `group\nkeyId` → device id. */
  private readonly devices = new Map<string, string>();
  /** Member of a key id, to find it when the key changes its group. */
  private readonly members = new Map<string, string>();
  private readonly changes: KeyChanges;

  constructor(private readonly keys: KeyStore) {
    this.changes = new KeyChanges(keys);
  }

  deviceOf(member: string): string | undefined {
    return this.devices.get(member);
  }

  all(): Iterable<string> {
    return this.devices.keys();
  }

  async load(): Promise<void> {
    // Those until now are in the pages; those from now on are told by the next poll.
    await this.changes.next();
    for (let after: string | undefined; ;) {
      const page = await this.keys.page(BATCH, after);
      page.forEach((record) => this.note(record));
      if (page.length < BATCH) {
        return;
      }
      after = page.at(-1)!.id;
    }
  }

  /** @returns members whose expectation may have changed since the last call */
  async poll(): Promise<string[]> {
    const ids = await this.changes.next();
    const changed: string[] = [];
    for (let i = 0; i < ids.length; i += BATCH) {
      const records = await this.keys.read(ids.slice(i, i + BATCH));
      changed.push(...records.flatMap((record) => this.note(record)));
    }
    return changed;
  }

  /** @returns the members that this changes */
  private note({ id, groupId, deviceId, disabled }: KeyRecord): string[] {
    const before = this.members.get(id);
    const member = memberOf(groupId, id);
    const isExpected = deviceId !== undefined && !disabled;
    if (isExpected && before === member && this.devices.get(member) === deviceId) {
      return [];
    }
    if (before !== undefined) {
      this.devices.delete(before);
      this.members.delete(id);
    }
    if (isExpected) {
      this.devices.set(member, deviceId);
      this.members.set(id, member);
    }
    return [...(before === undefined ? [] : [before]), ...(isExpected ? [member] : [])];
  }
}
