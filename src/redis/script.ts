import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What a server runs. */
export interface Code {
  readonly lua: string;
  /** By which a server that has seen it knows it: SHA-1 of the text, hex. */
  readonly sha: string;
}

/** A Lua script with named keys and arguments, so that no caller counts positions. */
export interface Script<K extends string, A extends string, R> extends Code {
  readonly keys: readonly K[];
  readonly args: readonly A[];
  /** Turns the raw answer into what the caller branches on. */
  readonly reply: (raw: unknown) => R;
}

/** Lua functions that any script may use. */
const EVERYWHERE = readFileSync(new URL('./scripts/now.lua', import.meta.url), 'utf8');

/**
 * Declares a script.
 * @param url of the `.lua` file, beside the module that owns its keys
 * @param keys names of KEYS in their order; further keys of a call follow them
 * @param args names of ARGV in their order; further arguments of a call follow them
 * @param uses files with Lua functions that the script calls
 */
export function defineScript<K extends string, A extends string, R>(
  url: URL,
  { uses = [], ...definition }: Omit<Script<K, A, R>, keyof Code> & { uses?: readonly URL[] },
): Script<K, A, R> {
  const lua = [EVERYWHERE, ...[...uses, url].map((file) => readFileSync(file, 'utf8'))].join('\n');
  return { ...definition, lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/** For scripts that answer with a list of texts, the first one naming the outcome. */
export function texts(raw: unknown): string[] {
  return raw as string[];
}
