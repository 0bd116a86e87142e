import type { Writable } from 'node:stream';
import * as ws from 'ws';
import { describe, expect, it } from 'vitest';
import { frameBytes, longFrameBytes, pingBytes } from './frame-bytes.js';

/** The library's own reader of frames, which its types leave out. */
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Writable };

/** What a receiver of such bytes hears. */
function heard(bytes: Buffer): { texts: string[]; pings: string[] } {
  const receiver = new Receiver({ isServer: false });
  const texts: string[] = [];
  const pings: string[] = [];
  receiver.on('message', (data: Buffer) => texts.push(data.toString()));
  receiver.on('ping', (data: Buffer) => pings.push(data.toString()));
  receiver.on('error', expect.fail);
  receiver.write(bytes);
  return { texts, pings };
}

describe('frameBytes', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])('frames %i characters', (length) => {
    const text = 'a'.repeat(length);
    expect(heard(frameBytes(text))).toEqual({ texts: [text], pings: [] });
  });

  it.each(['ä', 'é€𝄞', `${'x'.repeat(124)}ß`, '\u0000'])('frames %j as UTF-8', (text) => {
    expect(heard(frameBytes(text, 'r1'))).toEqual({ texts: [text], pings: ['r1'] });
  });

  it.each(['', 'r17'])('frames a ping with %j', (payload) => {
    expect(heard(pingBytes(payload))).toEqual({ texts: [], pings: [payload] });
  });

  it.each([0, 100, 60_000, 200_000])('frames a body of %i bytes between two texts', (length) => {
    const frame = { head: '{"ä":"', body: Buffer.from('€'.repeat(length)), tail: '"}' };
    const expected = `${frame.head}${frame.body.toString()}${frame.tail}`;
    expect(heard(Buffer.concat(longFrameBytes(frame)))).toEqual({ texts: [expected], pings: [] });
  });

  it('puts a ping behind it', () => {
    expect(heard(Buffer.concat([frameBytes('one', 'r1'), frameBytes('two')]))).toEqual({
      texts: ['one', 'two'],
      pings: ['r1'],
    });
  });
});
