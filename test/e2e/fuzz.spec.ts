import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { posKey, startCluster, terminalKey, type Cluster } from '../support/fixture.js';
import { expectedReply, Random, randomFrame, type FuzzFrame } from '../support/frame-fuzzer.js';

const CLIENTS = ['pos-1', 'pos-2', 'pos-3', 't1'];
const WARM_UP_FRAMES = 30_000;
const FRAMES = 100_000;
/** Frames a client has under way at the most. */
const BATCH = 250;
/** A heap so small that the collector cannot put its work off: what stays is in use. */
const NODE_OPTIONS = '--max-semi-space-size=4 --max-old-space-size=128';
/**
 * After the warm-up the heap has its working size, and growth beyond it comes with the frames. 30 MB over 100,000 of them are
 * 300 bytes each: less than it would cost to keep any of them, several times the collector's own ups and downs.
 */
const MAX_GROWTH_BYTES = 30 * 1024 * 1024;
const PAGE_BYTES = 4_096;

/** Repeat a failed run with FUZZ_SEED. */
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31));

let cluster: Cluster;

beforeAll(async () => {
  const keys = [posKey('pos-1'), posKey('pos-2'), posKey('pos-3'), terminalKey('t1', 'TERM-001')];
  // No pong but those that are asked for, or the replies could not be counted.
  cluster = await startCluster({
    keys,
    env: { SERVER_PONG_INTERVAL_MS: '600000', LOG_LEVEL: 'error', NODE_OPTIONS },
  });
});
afterAll(() => cluster.close());

it(`answers ${WARM_UP_FRAMES + FRAMES} random frames one by one, and neither dies nor grows (seed ${SEED})`, async () => {
  const throwers = await Promise.all(CLIENTS.map((id, i) => Thrower.connect(id, SEED + i)));
  await Promise.all(throwers.map((thrower) => thrower.throwAll(WARM_UP_FRAMES / CLIENTS.length)));
  const before = residentBytes();
  await Promise.all(throwers.map((thrower) => thrower.throwAll(FRAMES / CLIENTS.length)));
  const growth = residentBytes() - before;
  for (const thrower of throwers) thrower.socket.close();
  expect(cluster.logs(), `seed ${SEED}`).not.toMatch(/"level":[56]0/);
  expect(growth, `bytes grown with seed ${SEED}`).toBeLessThan(MAX_GROWTH_BYTES);
}, 120_000);

/** One connection that throws frames and holds every reply against what the contract says. */
class Thrower {
  private replies: string[] = [];
  private wanted = 0;
  private onEnough: () => void = () => {};
  private readonly random: Random;

  private constructor(
    private readonly id: string,
    readonly socket: WebSocket,
    seed: number,
  ) {
    this.random = new Random(seed);
    socket.on('message', (data: Buffer) => this.note(data.toString()));
    socket.on('close', () => this.onEnough());
    socket.on('error', () => {});
  }

  static async connect(id: string, seed: number): Promise<Thrower> {
    const socket = new WebSocket(cluster.url(), { headers: { 'x-api-key': cluster.key(id) } });
    await once(socket, 'open');
    return new Thrower(id, socket, seed);
  }

  async throwAll(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += BATCH) await this.throwBatch(Math.min(BATCH, count - sent));
  }

  /** A ping ends each batch: the connection is alive, and nothing came that was not asked for. */
  private async throwBatch(count: number): Promise<void> {
    const frames = Array.from({ length: count }, () => randomFrame(this.random));
    frames.push({ data: Buffer.from('{"action":"ping"}'), binary: false, cuts: [] });
    const enough = new Promise<void>((resolve) => (this.onEnough = resolve));
    this.replies = [];
    this.wanted = frames.length;
    frames.forEach((frame) => this.send(frame));
    await enough;
    frames.forEach((frame, i) => this.judge(frame, this.replies[i]));
    expect(this.replies.slice(frames.length), `replies to nothing, seed ${SEED}`).toEqual([]);
  }

  private send({ data, binary, cuts }: FuzzFrame): void {
    let from = 0;
    for (const size of cuts) {
      this.socket.send(data.subarray(from, from + size), { fin: false, binary });
      from += size;
    }
    this.socket.send(data.subarray(from), { fin: true, binary });
  }

  private note(text: string): void {
    if (text.startsWith('{"action":"terminalStatusUpdate"')) return;
    this.replies.push(text);
    if (this.replies.length >= this.wanted) this.onEnough();
  }

  private judge(frame: FuzzFrame, reply: string | undefined): void {
    const expected = expectedReply(frame, this.id !== 't1');
    if (reply?.startsWith(`{"action":"${expected}"`)) return;
    const shown = `${frame.data.toString('latin1').slice(0, 1_000)} (hex ${frame.data.toString('hex').slice(0, 1_000)})`;
    const answer = reply ?? 'no answer: the connection is gone';
    throw new Error(`seed ${SEED}, ${this.id}: expected ${expected} for ${shown} and got ${answer}`);
  }
}

/** Memory of the instance. Elsewhere than on Linux nothing is measured; the replies still are. */
function residentBytes(): number {
  const path = `/proc/${cluster.instances[0]!.pid}/statm`;
  return existsSync(path) ? Number(readFileSync(path, 'utf8').split(' ')[1]) * PAGE_BYTES : 0;
}
