import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import { Opcode, RawSocket, type RawFrame } from '../../support/raw-socket.js';

const LIMIT = 20;
const MAX_FRAME_BYTES = 16_384;
/** A reply with all of them is long enough to fill what the operating system takes for a reader that has stopped. */
const TERMINALS = Array.from({ length: 8 }, (_, i) =>
  terminalKey(`t${i}`, `TERM-${i}`, 'shop', { note: 'x'.repeat(16_000) }),
);
const EVIL = ['evil', 'evil-0', 'evil-1', 'evil-2'];
const KEYS = [posKey('pos'), ...EVIL.map((id) => posKey(id)), ...TERMINALS];
const LIMITED = 0;
const UNLIMITED = 1;

let cluster: Cluster;

beforeAll(async () => {
  const env = {
    MAX_FRAME_BYTES: String(MAX_FRAME_BYTES),
    HEARTBEAT_INTERVAL_MS: '500',
    HEARTBEAT_TIMEOUT_MS: '2000',
  };
  cluster = await startCluster({ keys: KEYS, env: { ...env, RATE_LIMIT_FRAMES_PER_SECOND: String(LIMIT) } });
  await cluster.add({ RATE_LIMIT_FRAMES_PER_SECOND: '0' });
});
afterAll(() => cluster.close());

function attack(on = LIMITED, key = 'evil'): Promise<RawSocket> {
  return RawSocket.open(cluster.url(on), cluster.key(key));
}

function many(count: number, frame: RawFrame): RawFrame[] {
  return Array<RawFrame>(count).fill(frame);
}

/** Somebody else is served by the same instance as if nothing had happened. */
async function neighbourIsServed(on = LIMITED): Promise<void> {
  const neighbour = await cluster.pos('pos', { on });
  await neighbour.roundTrip();
  await neighbour.close();
}

const PING = { opcode: Opcode.text, payload: '{"action":"ping"}' };

describe('a bomb', () => {
  it.each<[name: string, code: number, frames: RawFrame[]]>([
    ['of fragments', 1008, many(65, { opcode: Opcode.continuation, payload: '[', fin: false })],
    ['of empty fragments', 1008, many(65, { opcode: Opcode.continuation, fin: false })],
    ['that is compressed', 1002, [{ opcode: Opcode.text, payload: Buffer.alloc(64), rsv1: true }]],
    ['that is too long', 1009, [{ opcode: Opcode.text, payload: '['.repeat(MAX_FRAME_BYTES + 1) }]],
    ['of thousands of empty frames', 4029, many(2_000, { opcode: Opcode.text })],
  ])('%s closes with %i', async (name, code, frames) => {
    const evil = await attack();
    if (name.includes('fragments')) evil.send({ opcode: Opcode.text, fin: false });
    evil.send(...frames);
    expect(await evil.closeCode()).toBe(code);
    await neighbourIsServed();
  });

  it('of brackets is bad JSON, and nothing more', async () => {
    const evil = await attack();
    evil.read().send({ opcode: Opcode.text, payload: '['.repeat(MAX_FRAME_BYTES) }, PING);
    const replies = () => evil.frames().map(({ payload }) => payload.toString());
    await eventually(() => expect(replies().join()).toContain('"pong"'));
    expect(replies().join()).toContain('INVALID_JSON');
    evil.tcp.destroy();
  });
});

describe('a sender', () => {
  it('of a frame in the smallest pieces is closed with 1008', async () => {
    const evil = await attack();
    evil.tcp.setNoDelay(true);
    const frame = Buffer.from([0x81, 0xfe, 0x0f, 0xff, 0, 0, 0, 0]);
    evil.tcp.write(frame);
    const drip = setInterval(() => evil.tcp.write('x'), 1);
    const code = await evil.closeCode().finally(() => clearInterval(drip));
    expect(code).toBe(1008);
  });

  it('of a frame that never ends is closed like one that is mute', async () => {
    const evil = await attack();
    evil.tcp.write(Buffer.from([0x81, 0xfe, 0x0f, 0xff, 0, 0, 0, 0]));
    const drip = setInterval(() => evil.tcp.write('x'), 100);
    const code = await evil.closeCode().finally(() => clearInterval(drip));
    expect([1006, 4008]).toContain(code);
  });

  it('of pings gets no more pongs than frames are allowed', async () => {
    const evil = await attack();
    evil.read().send(...many(5_000, { opcode: Opcode.ping }), PING);
    await eventually(() => expect(evil.frames().some(({ opcode }) => opcode === Opcode.text)).toBe(true));
    const pongs = evil.frames().filter(({ opcode }) => opcode === Opcode.pong);
    expect(pongs.length).toBeGreaterThan(0);
    expect(pongs.length).toBeLessThanOrEqual(3 * LIMIT);
    evil.tcp.destroy();
  });

  it('without an end is not read as fast as it sends, and closed with 4029', async () => {
    const kinds = [Opcode.ping, Opcode.pong, Opcode.text];
    const floods = kinds.map(async (opcode, i) => {
      const evil = await attack(LIMITED, `evil-${i}`);
      const flood = setInterval(() => {
        if (evil.tcp.writableLength < 100_000) evil.send(...many(500, { opcode, payload: 'x' }));
      }, 10);
      return evil.closeCode(15_000).finally(() => clearInterval(flood));
    });
    expect(await Promise.all(floods)).toEqual([4029, 4029, 4029]);
    await neighbourIsServed();
  });
});

describe('a reader that has stopped', () => {
  /** Shows signs of life all the time, so that it is not ended for its silence. */
  async function deafAttack(frame: RawFrame): Promise<void> {
    const evil = await attack(UNLIMITED);
    const frames = [...many(200, frame), { opcode: Opcode.pong }];
    const flood = setInterval(() => {
      if (evil.isOpen && evil.tcp.writableLength < 1_000_000) evil.send(...frames);
    }, 5);
    evil.tcp.once('close', () => clearInterval(flood));
    await eventually(() => !evil.isOpen, { timeoutMs: 10_000, what: 'the end' });
    await neighbourIsServed(UNLIMITED);
  }

  it('is ended, however many replies it has asked for', async () => {
    for (const { id } of TERMINALS) await cluster.terminal(id, { on: UNLIMITED });
    await deafAttack({ opcode: Opcode.text, payload: '{"action":"getTerminals"}' });
  });

  it('is ended, however many pings it sends', async () => {
    await deafAttack({ opcode: Opcode.ping, payload: 'x'.repeat(125) });
  });
});
