import { expect, onTestFinished } from 'vitest';
import { startInstance } from './instance.js';

/** Starts an instance that shall not come up. @returns what it has said */
export async function failedStart(env: Record<string, string>): Promise<string> {
  const instance = await startInstance({ env: { HOST: '127.0.0.1', ...env }, waitUntilReady: false });
  onTestFinished(() => instance.kill());
  expect(await instance.exited).toBe(1);
  return instance.output();
}
