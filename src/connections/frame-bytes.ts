import type { LongFrame } from '../protocol/index.js';

const TEXT = 0x81;
const PING = 0x89;
/** Longer payloads have their length in two more bytes, then in eight. */
const SHORT = 125;
const MEDIUM = 0xffff;

/**
 * A text frame as its bytes on the wire, unmasked as servers send them (RFC 6455, 5.2). One buffer, so that it costs one system
 * call with whatever follows it.
 * @param ping payload of a ping that follows, at most 125 ASCII characters
 */
export function frameBytes(text: string, ping?: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = headLength(length);
  const tail = ping === undefined ? 0 : 2 + ping.length;
  const bytes = Buffer.allocUnsafe(head + length + tail);
  writeHead(bytes, length);
  bytes.write(text, head, length === text.length ? 'latin1' : 'utf8');
  if (ping !== undefined) {
    writePing(bytes, head + length, ping);
  }
  return bytes;
}

/** A long text frame likewise, in pieces: what is bytes already is not copied. */
export function longFrameBytes({ head, body, tail }: LongFrame): Buffer[] {
  const length = Buffer.byteLength(head) + body.length + Buffer.byteLength(tail);
  const frameHead = Buffer.allocUnsafe(headLength(length));
  writeHead(frameHead, length);
  return [frameHead, Buffer.from(head), body, Buffer.from(tail)];
}

/** A ping alone, likewise. */
export function pingBytes(payload: string): Buffer {
  const bytes = Buffer.allocUnsafe(2 + payload.length);
  writePing(bytes, 0, payload);
  return bytes;
}

function writePing(bytes: Buffer, at: number, payload: string): void {
  bytes[at] = PING;
  bytes[at + 1] = payload.length;
  bytes.write(payload, at + 2, 'latin1');
}

function headLength(length: number): number {
  return length <= SHORT ? 2 : length <= MEDIUM ? 4 : 10;
}

function writeHead(bytes: Buffer, length: number): void {
  bytes[0] = TEXT;
  if (length <= SHORT) {
    bytes[1] = length;
  } else if (length <= MEDIUM) {
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 127;
    bytes.writeUIntBE(0, 2, 2);
    bytes.writeUIntBE(length, 4, 6);
  }
}
