import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { TIME } from '../../support/expected.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import { openMuteSocket } from '../../support/mute-socket.js';

const KEYS = [posKey('pos'), posKey('idle'), terminalKey('t1', 'TERM-001'), terminalKey('mute', 'TERM-002')];
const HEARTBEAT_TIMEOUT_MS = 2_000;
/** What an update may take beyond it, to be written, published and read on a busy machine. */
const SLACK_MS = 1_500;
const SERVER_PONG_INTERVAL_MS = 600;
const MAX_FRAME_BYTES = 4_096;
const pong = { action: 'pong', timestamp: TIME };

let cluster: Cluster;

beforeAll(async () => {
  const env = {
    HEARTBEAT_INTERVAL_MS: '500',
    HEARTBEAT_TIMEOUT_MS: String(HEARTBEAT_TIMEOUT_MS),
    SERVER_PONG_INTERVAL_MS: String(SERVER_PONG_INTERVAL_MS),
    MAX_FRAME_BYTES: String(MAX_FRAME_BYTES),
  };
  cluster = await startCluster({ keys: KEYS, env });
});
afterAll(() => cluster.close());

describe('a client', () => {
  it('gets a pong for its ping, whatever else is in the frame', async () => {
    for (const client of [await cluster.pos('pos'), await cluster.terminal('t1')]) {
      const ping = { action: 'ping', timestamp: 'x', terminalId: 1 };
      expect(await client.ask(ping, 'pong')).toEqual(pong);
    }
  });

  it('that is idle gets a pong unasked, again and again, and need not answer', async () => {
    const idle = await cluster.pos('idle');
    for (let i = 0; i < 3; i++) {
      expect(await idle.next('pong', 2 * SERVER_PONG_INTERVAL_MS + SLACK_MS)).toEqual(pong);
    }
    expect(idle.frames.every(({ action }) => action === 'pong')).toBe(true);
  });

  it('that only answers protocol pings outlives the heartbeat timeout many times', async () => {
    const idle = await cluster.pos('idle');
    const until = Date.now() + 2 * HEARTBEAT_TIMEOUT_MS;
    await eventually(() => Date.now() > until, { timeoutMs: 3 * HEARTBEAT_TIMEOUT_MS });
    expect(idle.isOpen).toBe(true);
  });

  it('that vanishes without a word is gone for everybody within HEARTBEAT_TIMEOUT_MS', async () => {
    const watch = await cluster.pos('pos');
    const mute = await openMuteSocket(cluster.url(), cluster.key('mute'));
    const began = Date.now();
    const gone = watch.next(
      ({ terminalId, status }) => terminalId === 'TERM-002' && status === 'reconnecting',
    );
    await watch.next(({ terminalId, status }) => terminalId === 'TERM-002' && status === 'connected');
    await gone;
    expect(Date.now() - began).toBeLessThan(HEARTBEAT_TIMEOUT_MS + SLACK_MS);
    mute.destroy();
  });
});

describe('a frame', () => {
  it('as large as the limit is read, a larger one closes with 1009', async () => {
    const pos = await cluster.pos('pos');
    const frame = (bytes: number) => `{"action":"ping","a":"${'x'.repeat(bytes - 24)}"}`;
    expect(frame(MAX_FRAME_BYTES)).toHaveLength(MAX_FRAME_BYTES);
    expect(await pos.ask(frame(MAX_FRAME_BYTES), 'pong')).toEqual(pong);
    pos.send(frame(MAX_FRAME_BYTES + 1));
    expect((await pos.closed).code).toBe(1009);
  });

  it('in fragments is one frame', async () => {
    const pos = await cluster.pos('pos');
    const reply = pos.next('pong');
    for (const part of ['{"act', 'ion":"p', 'ing"']) pos.socket.send(part, { fin: false });
    pos.socket.send('}', { fin: true });
    expect(await reply).toEqual(pong);
  });
});

describe('the rate limit', () => {
  it('answers what is too much with RATE_LIMITED and keeps the connection', async () => {
    const limited = await cluster.add({ RATE_LIMIT_FRAMES_PER_SECOND: '5' });
    const pos = await cluster.pos('pos', { on: cluster.instances.indexOf(limited) });
    for (let i = 0; i < 20; i++) pos.send({ action: 'ping' });
    const error = await pos.next('error');
    const retryAfterMs = expect.any(Number) as number;
    expect(error).toMatchObject({ error: 'Too Many Requests', code: 'RATE_LIMITED', retryAfterMs });
    await eventually(() =>
      expect(pos.all('pong').length + pos.all('error').length).toBeGreaterThanOrEqual(21),
    );
    expect(pos.all('error').length).toBeLessThanOrEqual(16);
    await eventually(() => pos.roundTrip(), { what: 'a ping within the limit' });
  });
});
