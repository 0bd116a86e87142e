import { describe, expect, it } from 'vitest';
import { Inbox, Missed } from './inbox.js';

const isEven = (n: number) => n % 2 === 0;

describe('an inbox', () => {
  it('gives what came before and what comes later, each once', async () => {
    const inbox = new Inbox<number>();
    [1, 2, 4].forEach((n) => inbox.add(n));
    expect(await inbox.next('an even one', isEven, 1)).toBe(2);
    expect(await inbox.next('an even one', isEven, 1)).toBe(4);
    const waiting = inbox.next('an even one', isEven, 10_000);
    [3, 6].forEach((n) => inbox.add(n));
    expect(await waiting).toBe(6);
    expect(await inbox.next('any', () => true, 1)).toBe(1);
  });

  it('says what did not come in time', async () => {
    const missed = await new Inbox<number>().next('an even one', isEven, 1).catch((error: unknown) => error);
    expect(missed).toBeInstanceOf(Missed);
    expect(missed).toMatchObject({ expected: 'an even one', came: 'nothing like it came within 1 ms' });
  });

  it('lets nobody wait in vain at its end, and still gives what came before', async () => {
    const inbox = new Inbox<number>();
    const waiting = inbox.next('an even one', isEven, 10_000);
    inbox.add(7);
    inbox.end('it was closed');
    await expect(waiting).rejects.toMatchObject({ came: 'it was closed' });
    await expect(inbox.next('an even one', isEven, 10_000)).rejects.toThrow('it was closed');
    expect(await inbox.next('an odd one', (n) => n === 7, 1)).toBe(7);
  });

  it('forgets what it is told to', async () => {
    const inbox = new Inbox<number>();
    [1, 2].forEach((n) => inbox.add(n));
    inbox.forget(isEven);
    await expect(inbox.next('an even one', isEven, 1)).rejects.toThrow('an even one');
  });
});
