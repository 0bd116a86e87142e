import { EventEmitter } from 'node:events';
import type { Writable } from 'node:stream';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { Session } from './session.js';

const MIB = 1024 * 1024;
const PRINCIPAL = { keyId: 'pos', groupId: 'shop', deviceType: 'desktop' as const, metadata: {} };

class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  isPaused = false;
  /** Of the stream under it. */
  write = vi.fn<(bytes: Buffer) => void>();
  pong = vi.fn();
  close = vi.fn();
  terminate = vi.fn();
  pause = () => (this.isPaused = true);
  resume = () => (this.isPaused = false);
}

let socket: FakeSocket;
let wire: EventEmitter;
let session: Session;

beforeEach(() => {
  socket = new FakeSocket();
  wire = Object.assign(new EventEmitter(), { write: socket.write });
  session = new Session(
    'c-1',
    PRINCIPAL,
    new Set(),
    socket as unknown as WebSocket,
    wire as unknown as Writable,
    0,
  );
  session.epoch = 1;
});

describe('a peer that reads too slowly', () => {
  it.each<[what: string, act: () => void]>([
    ['a reply', () => session.send('{}')],
    ['a message', () => session.sendWithReceipt('{}', () => {})],
    ['the answer to its ping', () => socket.emit('ping', Buffer.alloc(0))],
  ])('gets %s as long as there is room, then 4009', (_what, act) => {
    socket.bufferedAmount = MIB;
    act();
    expect(socket.close).not.toHaveBeenCalled();
    expect(socket.write.mock.calls.length + socket.pong.mock.calls.length).toBe(1);
    socket.bufferedAmount = MIB + 1;
    act();
    act();
    expect(socket.close.mock.calls).toEqual([[4009, expect.any(String)]]);
    expect(socket.write.mock.calls.length + socket.pong.mock.calls.length).toBe(1);
  });

  it('is answered again when it has read, and is no longer taken for held back by us until then', async () => {
    const answered: string[] = [];
    const answer = (_session: Session, data: Buffer) => Promise.resolve(void answered.push(data.toString()));
    session.serve(answer, () => {});
    session.open();
    socket.bufferedAmount = MIB / 4;
    const frames = Array.from({ length: 20 }, (_, i) => String(i));
    for (const frame of frames) socket.emit('message', Buffer.from(frame), false);
    await new Promise(setImmediate);
    expect(answered).toEqual(['0']);
    expect(socket.isPaused).toBe(true);
    expect(session.isHeldBack).toBe(false);
    socket.bufferedAmount = 0;
    wire.emit('drain');
    await new Promise(setImmediate);
    expect(answered).toEqual(frames);
    expect(socket.isPaused).toBe(false);
    expect(wire.eventNames()).toEqual([]);
  });

  it('may have one frame that is longer than all there is room for', () => {
    session.send('x'.repeat(2 * MIB));
    socket.bufferedAmount = 2 * MIB;
    expect(session.send('{}')).toBe(true);
    socket.bufferedAmount = 3 * MIB + 100;
    expect(session.send('{}')).toBe(false);
    expect(socket.close.mock.calls[0]![0]).toBe(4009);
  });

  it('gets no mail long before that', () => {
    expect(session.canTakeMail).toBe(true);
    socket.bufferedAmount = MIB / 4;
    expect(session.canTakeMail).toBe(false);
  });

  it('gets no mail either when it proves nothing of what it was sent', () => {
    const pings: string[] = [];
    socket.write.mockImplementation((bytes) =>
      pings.push(bytes.toString('latin1').slice(bytes.indexOf('r'))),
    );
    for (let i = 0; i < 1_000; i++) session.sendWithReceipt('{}', () => {});
    expect(session.canTakeMail).toBe(false);
    socket.emit('pong', Buffer.from(pings[0]!));
    expect(session.canTakeMail).toBe(true);
  });
});

describe('a sign of life', () => {
  it.each<[what: string, ...event: unknown[]]>([
    ['pong', Buffer.alloc(0)],
    ['ping', Buffer.alloc(0)],
    ['message', Buffer.from('{}'), false],
  ])('is a %s, asked for or not', async (...event) => {
    const asked = session.signOfLife();
    expect(socket.write).toHaveBeenCalledTimes(1);
    socket.emit(...event);
    expect(await asked).toBe(true);
    expect(await session.signOfLife()).toBe(true);
    expect(socket.write).toHaveBeenCalledTimes(1);
  });

  it('no longer comes from a socket that is gone', async () => {
    const asked = session.signOfLife();
    socket.readyState = 3;
    socket.emit('close', 1006);
    expect(await asked).toBe(false);
    expect(await session.signOfLife()).toBe(false);
  });
});
