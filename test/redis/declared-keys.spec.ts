import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';

/*
 * Redis Cluster finds the node of a script by its KEYS and refuses a script that touches any other key. A single Redis
 * does not mind, so nothing else would tell.
 */

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.lua'))
  .map((file) => join('src', file));

/** Commands that name no key; SPUBLISH names a channel, which lies in the slot of its hash tag. */
const KEYLESS = new Set(['TIME', 'SPUBLISH']);

/** Parameters of Lua functions that scripts share: their callers pass keys. */
const functionsOf = (lua: string) =>
  [...lua.matchAll(/local function (\w+)\(([^)]*)\)/g)].map(([, name, parameters]) => ({
    name: name!,
    parameters: parameters!.split(/\s*,\s*/).filter(Boolean),
  }));

/** Names that a script binds to elements of KEYS. */
function boundKeys(lua: string): Set<string> {
  const names = new Set<string>();
  for (const [, left, right] of lua.matchAll(/^\s*local ([\w, \n]+?)\s*=\s*((?:KEYS\[[^\]]+\],?\s*)+)/gm)) {
    const values = right!.match(/KEYS\[[^\]]+\]/g)!;
    left!.split(',').forEach((name, i) => values[i] && names.add(name.trim()));
  }
  return names;
}

/** The first argument of every redis.call that names a key. */
function keyArguments(lua: string): string[] {
  const calls = [...lua.matchAll(/redis\.p?call\(\s*([^,)]+)(?:,\s*([^,)]+))?/g)];
  return calls
    .filter(([, command]) => !KEYLESS.has(command!.replace(/'/g, '')))
    .map(([, , key]) => (key ?? 'nothing').trim());
}

const isElementOfKeys = (text: string) => /^KEYS\[[^\]]+\]$/.test(text);

describe.each(files.map((file) => [basename(file), readFileSync(file, 'utf8')]))('%s', (_name, lua) => {
  const shared = functionsOf(lua);
  const allowed = new Set([...boundKeys(lua), ...shared.flatMap(({ parameters }) => parameters)]);

  it('touches only keys that it is given', () => {
    const foreign = keyArguments(lua).filter((key) => !isElementOfKeys(key) && !allowed.has(key));
    expect(foreign).toEqual([]);
  });

  it('hands only keys on to the functions it shares', () => {
    for (const { name, keys } of SHARED_KEYS) {
      for (const [, list] of lua.matchAll(new RegExp(`(?<!function )\\b${name}\\(([^)]*)\\)`, 'g'))) {
        const handed = list!.split(',').slice(0, keys);
        expect(
          handed.map((text) => text.trim()).filter((text) => !isElementOfKeys(text) && !allowed.has(text)),
        ).toEqual([]);
      }
    }
  });

  it('names its commands literally', () => {
    const commands = [...lua.matchAll(/redis\.p?call\(\s*([^,)]+)/g)].map(([, command]) => command!.trim());
    expect(commands.filter((command) => !/^'[A-Z]+'$/.test(command))).toEqual([]);
  });
});

/** How many keys a shared function takes, before its other parameters. */
const SHARED_KEYS = [
  { name: 'deposit', keys: 3 },
  { name: 'withdraw', keys: 2 },
  { name: 'announce', keys: 3 },
  { name: 'noteChange', keys: 2 },
];

it('finds all scripts', () => {
  expect(files.map((file) => basename(file)).sort()).toEqual([
    'accept.lua',
    'announce.lua',
    'beat.lua',
    'bury.lua',
    'cancel.lua',
    'changes.lua',
    'claim.lua',
    'complete.lua',
    'deposit.lua',
    'drop.lua',
    'expire.lua',
    'floor.lua',
    'forget-cancel.lua',
    'late.lua',
    'list.lua',
    'lookup.lua',
    'note-change.lua',
    'note.lua',
    'now.lua',
    'progress.lua',
    'put-delivery.lua',
    'put-endpoint.lua',
    'receipt.lua',
    'recent.lua',
    'record.lua',
    'refuse-cancel.lua',
    'register.lua',
    'remove-endpoint.lua',
    'requeue.lua',
    'resolve.lua',
    'resume.lua',
    'settle.lua',
    'strangers.lua',
    'suspend.lua',
    'trim.lua',
    'unclaim.lua',
    'upsert.lua',
    'void.lua',
    'watch.lua',
  ]);
});
