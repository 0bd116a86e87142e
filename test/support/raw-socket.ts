import type { Socket } from 'node:net';
import { eventually } from './eventually.js';
import { openMuteSocket } from './mute-socket.js';

/** Numbers of RFC 6455, 5.2. */
export const Opcode = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 } as const;

export interface RawFrame {
  opcode: number;
  payload?: string | Buffer;
  /** Default: true. */
  fin?: boolean;
  /** What says that a message is compressed. */
  rsv1?: boolean;
}

/** A WebSocket whose frames are made by hand, for what no library lets a client do. Reads nothing until it is told to. */
export class RawSocket {
  private readonly chunks: Buffer[] = [];

  private constructor(readonly tcp: Socket) {
    tcp.on('error', () => {});
    tcp.on('data', (chunk) => this.chunks.push(chunk));
    tcp.pause();
  }

  static async open(url: string, key: string): Promise<RawSocket> {
    return new RawSocket(await openMuteSocket(url, key));
  }

  get isOpen(): boolean {
    return !this.tcp.destroyed && !this.tcp.readableEnded;
  }

  /** In one piece. */
  send(...frames: RawFrame[]): void {
    this.tcp.write(Buffer.concat(frames.map(encoded)));
  }

  /** Reads from now on. */
  read(): this {
    this.tcp.resume();
    return this;
  }

  /** Everything that has come so far. */
  frames(): { opcode: number; payload: Buffer }[] {
    return decoded(Buffer.concat(this.chunks));
  }

  /** Reads to the end. @returns the code with which the server has closed; 1006 if it has said nothing */
  async closeCode(timeoutMs = 8_000): Promise<number> {
    this.read();
    await eventually(() => !this.isOpen || this.closing() !== undefined, { timeoutMs, what: 'a close' });
    this.tcp.destroy();
    return this.closing()?.readUInt16BE(0) ?? 1006;
  }

  private closing(): Buffer | undefined {
    return this.frames().find(({ opcode }) => opcode === Opcode.close)?.payload;
  }
}

function encoded({ opcode, payload = '', fin = true, rsv1 = false }: RawFrame): Buffer {
  const body = Buffer.from(payload);
  const first = (fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode;
  // The mask of zeros leaves the payload as it is.
  const mask = Buffer.alloc(4);
  if (body.length < 126) return Buffer.concat([Buffer.from([first, 0x80 | body.length]), mask, body]);
  const head = Buffer.from([first, 0x80 | 127, ...Array<number>(8).fill(0)]);
  head.writeUInt32BE(body.length, 6);
  return Buffer.concat([head, mask, body]);
}

function decoded(data: Buffer): { opcode: number; payload: Buffer }[] {
  const frames = [];
  for (let at = 0; at + 2 <= data.length;) {
    const short = data[at + 1]! & 0x7f;
    const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
    if (start > data.length) break;
    const length =
      short < 126 ? short : short === 126 ? data.readUInt16BE(at + 2) : data.readUInt32BE(at + 6);
    if (start + length > data.length) break;
    frames.push({ opcode: data[at]! & 0x0f, payload: data.subarray(start, start + length) });
    at = start + length;
  }
  return frames;
}
