import { readFileSync } from 'node:fs';
import { CannotRun } from './cannot-run.js';

/**
 * The list that a JSON file has under a name.
 * @param problemOf what is wrong with one entry, in words that tell nothing of its content
 * @throws CannotRun naming what is wrong with the file, never what is in it
 */
export function readListFile(
  path: string,
  name: string,
  problemOf: (entry: unknown) => string | undefined,
): unknown[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CannotRun(code ? `${path} can not be read: ${code}` : `${path} is no JSON`);
  }
  const list = (content as Record<string, unknown> | null)?.[name];
  if (!Array.isArray(list)) throw new CannotRun(`${path} has no list "${name}"`);
  list.forEach((entry, i) => {
    const problem = problemOf(entry);
    if (problem) throw new CannotRun(`${path}: ${name}[${i}] ${problem}`);
  });
  return list;
}
