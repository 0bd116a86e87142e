import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for one test. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'terminal-gateway-sim-test-'));
}

/** A file for one test, and its path. @param content a text, or what is written as JSON */
export function newFile(name: string, content: unknown): string {
  const path = join(newFolder(), name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}
