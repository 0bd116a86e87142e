import { channel } from 'node:diagnostics_channel';
import { expect, it, onTestFinished } from 'vitest';
import { CommandSample } from '../../src/redis/index.js';
import { eventually } from '../support/eventually.js';
import { TestStore } from '../support/test-store.js';

interface Seen {
  call: 'script' | 'command';
  tookMs: number;
}

function listen(): { seen: Seen[]; sample: CommandSample } {
  const seen: Seen[] = [];
  const sample = new CommandSample((call, tookMs) => seen.push({ call, tookMs }));
  onTestFinished(() => sample.stop());
  sample.start();
  return { seen, sample };
}

const isListening = () => channel('tracing:ioredis:command:start').hasSubscribers;

it('measures commands and scripts, each as what it is, and failed ones too', async () => {
  const { redis } = await TestStore.open();
  const { seen } = listen();
  await redis.ping();
  await redis.eval('return 1', 0);
  await expect(redis.eval('return redis.error_reply("no")', 0)).rejects.toThrow('no');
  await eventually(() => seen.length === 3);
  expect(seen.map(({ call }) => call)).toEqual(['command', 'script', 'script']);
  expect(seen.filter(({ tookMs }) => !(tookMs > 0 && tookMs < 5_000))).toEqual([]);
});

it('leaves out commands that wait for somebody', async () => {
  const { store, prefix } = await TestStore.open();
  const own = store.workerClient();
  const { seen } = listen();
  await own.ping();
  await eventually(() => seen.length > 0);
  const before = seen.length;
  expect(await own.blpop(`${prefix}:nothing`, 0.01)).toBeNull();
  await own.ping();
  await eventually(() => seen.length > before);
  expect(seen.length).toBe(before + 1);
});

it('rests after twenty commands, and not before they are answered', async () => {
  const { redis } = await TestStore.open();
  const { seen, sample } = listen();
  const answers = Array.from({ length: 50 }, () => redis.ping());
  expect(isListening()).toBe(true);
  await Promise.all(answers);
  await eventually(() => !isListening() && seen.length >= 20);
  expect(seen.length % 20).toBe(0);
  await eventually(isListening);
  sample.stop();
  expect(isListening()).toBe(false);
});
