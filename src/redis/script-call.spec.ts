import { Command } from 'ioredis';
import { expect, it } from 'vitest';
import { ScriptCall } from './script-call.js';

const CALLS: Record<string, (string | number)[]> = {
  'no more than the script': ['sha', 0],
  'keys, numbers and empty texts': ['sha', 2, 'tg:{p1}:a', 'tg:{p1}:b', '', 1_795_415_069_253, 0.5],
  'texts with line ends': ['sha', 0, 'a\r\nb\n', '$3\r\n'],
  'texts of more bytes than characters': ['sha', 1, 'tg:{p1}:é', '€ 10', '🧾', 'plain'],
  'half a character': ['sha', 0, '\ud83e', 'plain'],
};

it.each(Object.entries(CALLS))('leaves as the client itself would write it: %s', (_, args) => {
  const own = new ScriptCall('evalsha', [...args]).toWritable({});
  expect(own).toEqual(new Command('evalsha', [...args]).toWritable({}));
});
