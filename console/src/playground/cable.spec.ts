import { describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { Cable, type Wire, type WireOwner } from './cable.js';
import type { FrameEntry } from './frame-entry.js';

/** The other end of a cable, held in the hand of the test. */
class End implements Wire {
  sent: string[] = [];
  closes: (number | undefined)[] = [];
  wasKilled = false;

  constructor(
    readonly url: string,
    readonly owner: WireOwner,
  ) {}

  send(text: string): void {
    this.sent.push(text);
  }

  close(code?: number): void {
    this.closes.push(code);
  }

  kill(): void {
    this.wasKilled = true;
  }
}

function layCable() {
  const ends: End[] = [];
  const entries: FrameEntry[] = [];
  const openWire = (url: string, owner: WireOwner) => {
    const end = new End(url, owner);
    ends.push(end);
    return end;
  };
  const cable = new Cable(openWire, (entry) => entries.push(entry));
  const connect = () => {
    const heard: unknown[] = [];
    const socket = new cable.socketClass('ws://gateway/v1?x-api-key=k');
    socket.onopen = () => heard.push('open');
    socket.onmessage = ({ data }: { data: string }) => heard.push(data);
    socket.onclose = ({ code }: { code: number }) => heard.push(code);
    return { socket, heard };
  };
  return { cable, ends, entries, connect, told: () => entries.map(({ text }) => text) };
}

describe('a cable', () => {
  it('carries frames both ways and tells each of them as it is', () => {
    const { ends, entries, connect } = layCable();
    const { socket, heard } = connect();
    ends[0]!.owner.onOpen();
    socket.send('{"action":"ping"}');
    ends[0]!.owner.onText('{"action":"pong"}');
    expect(ends[0]!.sent).toEqual(['{"action":"ping"}']);
    expect(heard).toEqual(['open', '{"action":"pong"}']);
    expect(entries.map(({ direction, text }) => `${direction} ${text}`)).toEqual([
      'note connected',
      'out {"action":"ping"}',
      'in {"action":"pong"}',
    ]);
  });

  it('never tells the key in the address', () => {
    const { ends, connect, told } = layCable();
    connect();
    ends[0]!.owner.onClosed(1006, '');
    expect(told()).toEqual(['no connection: no reason given (1006)']);
  });

  it('ends without a goodbye when it is cut, and hears nothing any more', () => {
    const { cable, ends, connect } = layCable();
    const { heard } = connect();
    ends[0]!.owner.onOpen();
    cable.cut();
    ends[0]!.owner.onText('{"action":"pong"}');
    expect(ends[0]).toMatchObject({ wasKilled: true, closes: [] });
    expect(heard).toEqual(['open', 1006]);
    expect(cable.send('{"action":"ping"}')).toBe(false);
  });

  it('lets nobody through while it is out, and somebody when it is in again', async () => {
    const { cable, ends, connect } = layCable();
    cable.cut();
    const { heard } = connect();
    await eventually(() => expect(heard).toEqual([1006]));
    expect(ends).toHaveLength(0);
    cable.plugIn();
    connect();
    expect(ends).toHaveLength(1);
  });

  it('closes politely when it is asked to, and tells the end once', () => {
    const { ends, connect, told } = layCable();
    const { socket, heard } = connect();
    ends[0]!.owner.onOpen();
    socket.close(1000);
    ends[0]!.owner.onClosed(1000, '');
    expect(ends[0]!.closes).toEqual([1000]);
    expect(heard).toEqual(['open', 1000]);
    expect(told()).toEqual(['connected', 'connection ended: disconnected (1000)']);
  });

  it('sends what the user has written, on the latest connection', () => {
    const { cable, ends, connect } = layCable();
    expect(cable.send('x')).toBe(false);
    connect();
    connect();
    ends.forEach(({ owner }) => owner.onOpen());
    expect(cable.send('not even json')).toBe(true);
    expect(ends.map(({ sent }) => sent)).toEqual([[], ['not even json']]);
  });
});
