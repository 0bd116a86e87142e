import { randomBytes } from 'node:crypto';
import { readListFile } from '../commands/list-file.js';

/** One entry of a file in the format of `API_KEYS_FILE`. */
export interface KeyRecord {
  id: string;
  key: string;
  /** Signs HTTP calls; without it the key is for WebSocket only. */
  secret?: string;
  groupId: string;
  deviceType: 'desktop' | 'terminal';
  deviceId?: string;
  disabled?: boolean;
}

/** The keys of devices that are enabled. @throws CannotRun naming what is wrong with the file, never what is in it */
export function readKeyFile(path: string): KeyRecord[] {
  const problem = (record: unknown) =>
    isAdmin(record) ? undefined : problemOf(record as Partial<KeyRecord> | null);
  const keys = readListFile(path, 'keys', problem) as KeyRecord[];
  return keys.filter((record) => !record.disabled && !isAdmin(record));
}

/** A key of the gateway's console: of no use to a device. */
function isAdmin(record: unknown): boolean {
  return (record as { deviceType?: unknown } | null)?.deviceType === 'admin';
}

function problemOf(record: Partial<KeyRecord> | null): string | undefined {
  for (const name of ['id', 'key', 'groupId'] as const) {
    if (typeof record?.[name] !== 'string') return `needs a text as ${name}`;
  }
  if (record?.deviceType !== 'desktop' && record?.deviceType !== 'terminal') {
    return 'needs "desktop" or "terminal" as deviceType';
  }
  return undefined;
}

/** How many devices of each kind a made-up group has. */
export interface GroupSize {
  tills: number;
  terminals: number;
  /** Terminals without a `deviceId`. */
  anonymous?: number;
}

/** Keys that nobody had before, for a gateway of our own. */
export function makeKeys(groupId: string, { tills, terminals, anonymous = 0 }: GroupSize): KeyRecord[] {
  const record = (id: string, rest: Pick<KeyRecord, 'deviceType' | 'deviceId'>): KeyRecord => ({
    id: `${groupId}-${id}`,
    key: newText(),
    groupId,
    ...rest,
  });
  return [
    ...numbers(tills).map((n) => ({
      ...record(`till-${n}`, { deviceType: 'desktop' as const }),
      secret: newText(),
    })),
    ...numbers(terminals).map((n) =>
      record(`terminal-${n}`, {
        deviceType: 'terminal',
        deviceId: `TERM-${String(n).padStart(3, '0')}`,
      }),
    ),
    ...numbers(anonymous).map((n) => record(`anonymous-${n}`, { deviceType: 'terminal' })),
  ];
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

function newText(): string {
  return `sim-${randomBytes(18).toString('base64url')}`;
}
