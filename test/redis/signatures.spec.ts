import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import type { Script } from '../../src/redis/index.js';
import type * as scriptModule from '../../src/redis/script.js';

/*
 * A script names its keys and arguments twice: in TypeScript, where callers see them, and in Lua, by position. Nothing but
 * these tests holds the two together.
 */

interface Signature {
  file: string;
  keys: readonly string[];
  args: readonly string[];
}

const { defined } = vi.hoisted(() => ({ defined: [] as Signature[] }));

// Every definition passes here on its way, those too that their modules keep to themselves.
vi.mock('../../src/redis/script.js', async (importOriginal) => {
  const original = await importOriginal<typeof scriptModule>();
  return {
    ...original,
    defineScript: (url: URL, script: Omit<Script<string, string, unknown>, 'name' | 'lua'>) => {
      defined.push({ file: fileURLToPath(url), keys: script.keys, args: script.args });
      return original.defineScript(url, script);
    },
  };
});

await import('../../src/keys/index.js');
await import('../../src/payments/index.js');
await import('../../src/relay/index.js');
await import('../../src/presence/index.js');
await import('../../src/webhooks/index.js');
await import('../../src/audit/index.js');

const withoutComments = (lua: string) => lua.replace(/--.*$/gm, '');

function highestLiteral(lua: string, list: 'KEYS' | 'ARGV'): number {
  const found = [...lua.matchAll(new RegExp(`\\b${list}\\[(\\d+)\\]`, 'g'))].map(([, n]) => Number(n));
  return Math.max(0, ...found);
}

/** Lua name and position of every element that a script gives a name. */
function bindings(lua: string, list: 'KEYS' | 'ARGV'): [name: string, position: number][] {
  const element = String.raw`(?:tonumber\()?(?:KEYS|ARGV)\[\d+\]\)?`;
  const pattern = new RegExp(String.raw`local ([\w,\s]+?)\s*=\s*(${element}(?:,\s*${element})*)`, 'g');
  return [...lua.matchAll(pattern)].flatMap(([, left, right]) => {
    const values = right!.split(/,\s*/);
    return left!.split(',').flatMap((name, i): [string, number][] => {
      const [, from, position] = /(KEYS|ARGV)\[(\d+)\]/.exec(values[i] ?? '') ?? [];
      return from === list ? [[name.trim(), Number(position)]] : [];
    });
  });
}

/** Where Lua has a name of its own for an argument: the epoch that a connection claims to have had. */
const RENAMED: Record<string, string> = { claimed: 'epoch' };

const scripts = defined.map((signature) => {
  const lua = withoutComments(readFileSync(signature.file, 'utf8'));
  return { ...signature, lua, name: signature.file.slice(resolve('src').length + 1) };
});

it('sees every script', () => {
  const all = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.lua'))
    .filter((file) => /^-- KEYS/m.test(readFileSync(join('src', file), 'utf8')));
  expect(scripts.map(({ name }) => name).sort()).toEqual(all.sort());
});

describe.each(scripts)('$name', ({ keys, args, lua }) => {
  it('reads as many keys and arguments as are declared', () => {
    expect(highestLiteral(lua, 'KEYS')).toBe(keys.length);
    expect(highestLiteral(lua, 'ARGV')).toBe(args.length);
  });

  it('means by each position what the declaration does', () => {
    for (const [list, declared] of [
      ['KEYS', keys],
      ['ARGV', args],
    ] as const) {
      for (const [name, position] of bindings(lua, list)) {
        expect(`${list}[${position}] ${RENAMED[name] ?? name}`).toBe(
          `${list}[${position}] ${declared[position - 1]}`,
        );
      }
    }
  });

  it('looks for those of several desktops right behind them', () => {
    for (const [, key, argument] of lua.matchAll(/depositForAll\(\w+, (\d+), (\d+),/g)) {
      expect([Number(key), Number(argument)]).toEqual([keys.length + 1, args.length + 1]);
    }
  });
});
