import type { WebSocket } from 'ws';
import { describe, expect, it, vi } from 'vitest';
import { InboundQueue } from './inbound-queue.js';

function fakeSocket() {
  const socket = {
    isPaused: false,
    pause: vi.fn(() => (socket.isPaused = true)),
    resume: vi.fn(() => (socket.isPaused = false)),
  };
  return socket;
}

/** A queue whose frames are finished by hand. @param catchingUp of its owner */
function handled(catchingUp = (): Promise<void> | undefined => undefined) {
  const socket = fakeSocket();
  const queue = new InboundQueue(socket as unknown as WebSocket, { catchingUp });
  const begun: string[] = [];
  const finish: (() => void)[] = [];
  queue.use((_owner, data) => {
    begun.push(data.toString());
    return new Promise((resolve) => finish.push(resolve));
  });
  return { socket, queue, begun, finish };
}

type Queue = ReturnType<typeof handled>['queue'];

const push = (queue: Queue, ...frames: string[]) =>
  frames.forEach((frame) => queue.push(Buffer.from(frame), false));

describe('InboundQueue', () => {
  it('holds frames back until it is opened', () => {
    const { queue, begun } = handled();
    push(queue, 'a');
    expect(begun).toEqual([]);
    queue.open();
    expect(begun).toEqual(['a']);
  });

  it('handles one frame at a time, in order', async () => {
    const { queue, begun, finish } = handled();
    queue.open();
    push(queue, 'a', 'b', 'c');
    expect(begun).toEqual(['a']);
    expect(queue.isIdle).toBe(false);
    for (const expected of [
      ['a', 'b'],
      ['a', 'b', 'c'],
    ]) {
      finish.shift()!();
      await vi.waitFor(() => expect(begun).toEqual(expected));
    }
    finish.shift()!();
    await vi.waitFor(() => expect(queue.isIdle).toBe(true));
  });

  it('stops reading a client that sends faster than it is served, and goes on when half is done', async () => {
    const { socket, queue, finish } = handled();
    queue.open();
    push(queue, ...Array.from({ length: 18 }, String));
    expect(socket.pause).toHaveBeenCalled();
    while (socket.isPaused) {
      finish.shift()!();
      await vi.waitFor(() => expect(finish).toHaveLength(1));
    }
    expect(socket.resume).toHaveBeenCalledTimes(1);
  });

  it('waits for an owner that has not read its answers', async () => {
    let caughtUp = () => {};
    const reading = new Promise<void>((resolve) => (caughtUp = resolve));
    const { queue, begun, finish } = handled(() => (begun.length === 1 ? reading : undefined));
    queue.open();
    push(queue, 'a', 'b');
    finish.shift()!();
    await new Promise(setImmediate);
    expect(begun).toEqual(['a']);
    caughtUp();
    await new Promise(setImmediate);
    expect(begun).toEqual(['a', 'b']);
  });

  it('forgets what waits when it is over, but not what is in hand', async () => {
    const { queue, begun, finish } = handled();
    queue.open();
    push(queue, 'a', 'b', 'c');
    queue.end();
    push(queue, 'd');
    expect(queue.isIdle).toBe(false);
    finish.shift()!();
    await vi.waitFor(() => expect(queue.isIdle).toBe(true));
    expect(begun).toEqual(['a']);
  });

  it('is not opened any more when it is over', () => {
    const { queue, begun } = handled();
    push(queue, 'a');
    queue.end();
    queue.open();
    expect(begun).toEqual([]);
  });

  it('has no room for thousands of frames that came in one piece', () => {
    const { queue, begun } = handled();
    const outcomes = Array.from({ length: 2_000 }, () => queue.push(Buffer.alloc(0), false));
    expect(outcomes.filter(Boolean)).toHaveLength(1_024);
    expect(begun).toEqual([]);
  });

  it('reads nothing while it is held, however much is done meanwhile', async () => {
    vi.useFakeTimers();
    const { socket, queue, finish } = handled();
    queue.open();
    queue.hold(500);
    push(queue, 'a');
    finish.shift()!();
    await vi.advanceTimersByTimeAsync(499);
    expect(socket.isPaused).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(socket.isPaused).toBe(false);
    vi.useRealTimers();
  });
});
