import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, inject, it } from 'vitest';
import type { Script } from '../../src/redis/index.js';
import { TestStore } from '../support/test-store.js';

const CALLERS = 20;
const CALLS = 500;

/** Answers how often it ran. So long that the server reads it in parts, and serves others in between. */
const lua = `--${' '.repeat(40_000)}\nreturn redis.call('INCR', KEYS[1])`;
const count: Script<'counter', never, number> = {
  lua,
  sha: createHash('sha1').update(lua).digest('hex'),
  keys: ['counter'],
  args: [],
  reply: Number,
};

it('runs every script once, however often and whenever the server forgets them', async () => {
  const { store, prefix } = await TestStore.open();
  const other = new Redis(inject('redisUrl'));
  let isOver = false;
  const forget = async () => {
    while (!isOver) await other.script('FLUSH');
  };
  const answers: number[] = [];
  const call = async (caller: number) => {
    for (let n = 0; n < CALLS; n++) {
      answers.push(await store.run(count, { counter: `${prefix}:counter` }, {}));
      // Out of step with the others: some are told that the script is gone while others bring it.
      for (let i = 0; i < (caller + n) % 4; i++) await turn();
    }
  };
  const forgetting = forget();
  await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller))).finally(
    () => (isOver = true),
  );
  await forgetting;
  other.disconnect();
  const expected = Array.from({ length: CALLERS * CALLS }, (_, i) => i + 1);
  expect(answers.sort((a, b) => a - b)).toEqual(expected);
});
