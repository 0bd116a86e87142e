import { readFile } from 'node:fs/promises';
import { GatewayError, validateDto } from '../protocol/index.js';
import { KeyFileRecordDto, namingProblem } from './key-record.js';
import type { KeyStore } from './key-store.js';

/** What is wrong with an API keys file: by position and field, never with a value. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';

  constructor(problems: readonly string[]) {
    super(`API_KEYS_FILE is not usable:\n${problems.map((line) => `  - ${line}`).join('\n')}`);
  }
}

/**
 * Upserts the records of an API keys file: `{"keys":[{id, key, secret?, groupId, deviceType, deviceId?, metadata?, disabled?}]}`,
 * those of admins without `groupId`.
 * Keys that are not in the file stay as they are.
 * @returns how many there were
 * @throws KeyFileError with every problem at once, before anything is stored
 */
export async function loadKeyFile(path: string, keys: KeyStore): Promise<number> {
  const records = parseKeyFile(await readFile(path, 'utf8'));
  for (const { key, groupId = '', metadata = {}, disabled = false, ...rest } of records) {
    await keys.put({ ...rest, groupId, metadata, disabled }, key);
  }
  return records.length;
}

export function parseKeyFile(text: string): KeyFileRecordDto[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new KeyFileError(['it is not valid JSON']);
  }
  const list = (content as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(list)) {
    throw new KeyFileError(['it must be an object with an array "keys"']);
  }
  const problems: string[] = [];
  const records = list.flatMap((item, i) => readRecord(item, `keys[${i}]`, problems));
  problems.push(...repeated(records, 'id', (r) => r.id), ...repeated(records, 'key', (r) => r.key));
  problems.push(...repeated(records, 'deviceId', (r) => r.deviceId && `${r.groupId}\n${r.deviceId}`));
  if (problems.length > 0) {
    throw new KeyFileError(problems);
  }
  return records;
}

function readRecord(item: unknown, path: string, problems: string[]): KeyFileRecordDto[] {
  if (typeof item !== 'object' || item === null) {
    problems.push(`${path} must be an object`);
    return [];
  }
  try {
    const record = validateDto(KeyFileRecordDto, item, path);
    const problem = namingProblem(record);
    if (problem) {
      problems.push(`${path}.${problem}`);
    }
    return [record];
  } catch (error) {
    if (!(error instanceof GatewayError)) {
      throw error;
    }
    problems.push(...(error.extras.details ?? []).map(({ message }) => message));
    return [];
  }
}

function repeated(
  records: KeyFileRecordDto[],
  field: string,
  value: (record: KeyFileRecordDto) => string | undefined,
): string[] {
  const seen = new Set<string>();
  return records.flatMap((record, i) => {
    const text = value(record);
    if (!text || !seen.has(text)) {
      seen.add(text ?? '');
      return [];
    }
    return [`keys[${i}].${field} appears twice`];
  });
}
