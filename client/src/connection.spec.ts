import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { polite, refuse, say, StubGateway } from '../test/stub-gateway.js';
import { ConnectFailed, Pos, type PosOptions } from './index.js';

const QUICK = {
  apiKey: 'key-of-pos',
  backoff: { baseMs: 10, capMs: 50 },
  heartbeat: { idleMs: 60, timeoutMs: 120 },
  connectTimeoutMs: 300,
};

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

async function stub(...behaviour: Parameters<typeof StubGateway.start>): Promise<StubGateway> {
  const gateway = await StubGateway.start(...behaviour);
  ends.push(() => gateway.stop());
  return gateway;
}

function till(url: string, options: Partial<PosOptions> = {}) {
  const pos = new Pos({ ...QUICK, url, ...options });
  ends.push(() => pos.close());
  const events: string[] = [];
  pos.on('connected', () => void events.push('connected'));
  pos.on('disconnected', ({ code }) => void events.push(`disconnected ${code}`));
  pos.on('ended', ({ reason }) => void events.push(`ended ${reason}`));
  pos.on('error', (error) => void events.push(error instanceof ConnectFailed ? 'failed' : error.message));
  return { pos, events };
}

/** So long that a client that wanted to come back would have done so several times. */
async function othersComeBack(): Promise<void> {
  const gateway = await stub(polite((_frame, socket) => socket.terminate()));
  till(gateway.url)
    .pos.connect()
    .catch(() => {});
  await eventually(() => gateway.attempts >= 5);
}

describe('a connection that must not be made again', () => {
  it.each([
    ['displaced', { action: 'forceDisconnect', reason: 'NEW_CONNECTION' }, 4001],
    ['revoked', { action: 'forceDisconnect', reason: 'API_KEY_REVOKED' }, 4003],
  ])('is not: %s, by frame or by close code', async (reason, frame, code) => {
    for (const end of ['frame', 'code']) {
      const gateway = await stub(
        polite((_frame, socket) => (end === 'frame' ? say(socket, frame) : socket.close(code))),
      );
      const { pos, events } = till(gateway.url);
      const paying = pos.pay({
        terminalId: 'T',
        paymentRequest: { amount: '1', currency: 'EUR', paymentMethod: 'CARD' },
      });
      await expect(paying).rejects.toMatchObject({ name: 'ConnectionEnded', reason });
      await othersComeBack();
      expect(gateway.attempts).toBe(1);
      expect(events.at(-1)).toBe(`ended ${reason}`);
      await expect(pos.terminals()).rejects.toMatchObject({ reason });
    }
  });

  it.each([401, 403])('is not: the upgrade was refused with %i', async (status) => {
    const gateway = await stub(polite(), (_request, socket) => refuse(socket, status));
    const { pos } = till(gateway.url);
    await expect(pos.connect()).rejects.toMatchObject({ reason: 'unauthorized' });
    await othersComeBack();
    expect(gateway.attempts).toBe(1);
  });

  it('is not: the signal was aborted', async () => {
    const gateway = await stub(polite());
    const controller = new AbortController();
    const { pos, events } = till(gateway.url, { signal: controller.signal });
    await pos.connect();
    controller.abort();
    await othersComeBack();
    expect(gateway.attempts).toBe(1);
    expect(events).toEqual(['connected', 'ended closed']);
  });

  it('is made when that is asked for', async () => {
    const gateway = await stub(polite((_frame, socket, n) => n === 1 && socket.close(4001)));
    const { pos, events } = till(gateway.url);
    await pos.connect();
    await eventually(() => events.includes('ended displaced'));
    await pos.connect();
    expect(pos.isConnected).toBe(true);
  });
});

describe('a connection that is lost', () => {
  it('is made again after any other close', async () => {
    const gateway = await stub(
      polite((_frame, socket, n) => n <= 3 && socket.close([1000, 4008, 1013][n - 1])),
    );
    const { pos, events } = till(gateway.url);
    await pos.connect();
    await eventually(() => events.filter((name) => name === 'connected').length === 4);
    expect(events.filter((name) => name.startsWith('disconnected'))).toEqual([
      'disconnected 1000',
      'disconnected 4008',
      'disconnected 1013',
    ]);
  });

  it('is made again at once when the instance is stopped', async () => {
    const gateway = await stub(
      polite((_frame, socket, n) => {
        if (n > 1) return;
        say(socket, { action: 'forceDisconnect', reason: 'SERVER_SHUTDOWN' });
        socket.close(1012);
      }),
    );
    const pauses: number[] = [];
    const { pos } = till(gateway.url, { backoff: { baseMs: 60_000, capMs: 60_000 } });
    pos.on('disconnected', ({ retryInMs }) => void pauses.push(retryInMs));
    await pos.connect();
    await eventually(() => gateway.attempts === 2);
    expect(pauses[0]).toBeLessThanOrEqual(200);
  });

  it('waits as long as a refusal says', async () => {
    const gateway = await stub(polite(), (_request, socket) =>
      gateway.attempts > 1 ? true : refuse(socket, 429, 'Retry-After: 1'),
    );
    const { pos, events } = till(gateway.url);
    await pos.connect();
    const [first = 0, second = 0] = gateway.attemptedAt;
    expect(second - first).toBeGreaterThanOrEqual(990);
    expect(events).toEqual(['failed', 'connected']);
  });

  it('is noticed although it does not say so', async () => {
    const gateway = await stub((frame, socket, n) => {
      const isFirst = gateway.all('ping').filter(({ connection }) => connection === n).length === 1;
      if (frame.action === 'ping' && (isFirst || n > 1)) say(socket, { action: 'pong' });
    });
    const { pos, events } = till(gateway.url);
    await pos.connect();
    await eventually(() => events.length === 3);
    expect(events).toEqual(['connected', 'disconnected 4008', 'connected']);
  });

  it('is not suspected as long as anything comes', async () => {
    const gateway = await stub(
      polite((_frame, socket) => {
        const timer = setInterval(() => socket.ping(), 10);
        socket.once('close', () => clearInterval(timer));
      }),
    );
    await till(gateway.url).pos.connect();
    await othersComeBack();
    await othersComeBack();
    expect(gateway.all('ping')).toHaveLength(1);
  });

  it('is given up when nobody answers on it', async () => {
    const gateway = await stub((_frame, socket, n) => n > 1 && say(socket, { action: 'pong' }));
    const { pos, events } = till(gateway.url);
    await pos.connect();
    expect(events).toEqual(['failed', 'connected']);
  });
});

describe('a connection', () => {
  it('shows its key in headers, not in the address', async () => {
    const gateway = await stub(polite());
    await till(gateway.url, { groupId: 'shop', extensions: ['progress'] }).pos.connect();
    const { url, headers } = gateway.requests[0]!;
    expect(url).toBe('/v1');
    expect(headers).toMatchObject({
      'x-api-key': 'key-of-pos',
      'x-group-id': 'shop',
      'x-extensions': 'progress',
    });
  });

  it('bears what is no frame', async () => {
    const gateway = await stub(
      polite((_frame, socket) =>
        ['', 'nonsense', '[]', 'null', '{"action":"news"}'].forEach((t) => socket.send(t)),
      ),
    );
    const { pos, events } = till(gateway.url);
    await pos.connect();
    await eventually(() => gateway.all('ping').length >= 2);
    expect(events).toEqual(['connected']);
  });

  it('can be waited for with a limit', async () => {
    const gateway = await stub(() => {});
    const { pos } = till(gateway.url);
    await expect(pos.connect({ timeoutMs: 20 })).rejects.toMatchObject({ name: 'TimedOut' });
    await expect(pos.connect({ signal: AbortSignal.abort(new Error('no time')) })).rejects.toThrow('no time');
  });

  it('needs an address', () => {
    expect(() => new Pos({ url: 'nowhere', apiKey: 'key' })).toThrow(TypeError);
  });
});
