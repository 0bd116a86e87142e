import { beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../config/index.js';
import { Heartbeat } from './heartbeat.js';
import type { Sessions } from './sessions.js';

const config = loadConfig({
  HEARTBEAT_INTERVAL_MS: '1000',
  HEARTBEAT_TIMEOUT_MS: '3000',
  SERVER_PONG_INTERVAL_MS: '10000',
});

const sessionsOf = (sessions: object[]) =>
  ({ all: () => sessions, size: sessions.length }) as unknown as Sessions;

describe('Heartbeat', () => {
  const session = { lastHeard: 0, lastSent: 0, lastAsked: 0, ping: vi.fn(), send: vi.fn() };
  const onDead = vi.fn();
  let heartbeat: Heartbeat;

  beforeEach(() => {
    vi.clearAllMocks();
    Object.assign(session, { lastHeard: 0, lastSent: 0, lastAsked: 0 });
    heartbeat = new Heartbeat(sessionsOf([session]), config);
  });

  const checkEvery100Ms = (until: number) => {
    for (let now = 100; now <= until; now += 100) {
      heartbeat.check(now, onDead);
    }
  };

  it('leaves a socket alone that was heard within the interval', () => {
    checkEvery100Ms(900);
    expect(session.ping).not.toHaveBeenCalled();
  });

  it('asks a silent one once per interval', () => {
    checkEvery100Ms(2500);
    expect(session.ping).toHaveBeenCalledTimes(2);
    expect(onDead).not.toHaveBeenCalled();
  });

  it('gives up within the timeout', () => {
    checkEvery100Ms(3000);
    expect(onDead).toHaveBeenCalledWith(session);
  });

  it('starts anew with every sign of life', () => {
    checkEvery100Ms(1000);
    session.lastHeard = 1000;
    checkEvery100Ms(1900);
    expect(session.ping).toHaveBeenCalledTimes(1);
  });

  it('asks thousands who came in one moment in steps, each of them once', () => {
    const many = Array.from({ length: 1_000 }, () => ({ ...session, ping: vi.fn() }));
    heartbeat = new Heartbeat(sessionsOf(many), config);
    const asked = () => many.filter(({ ping }) => ping.mock.calls.length === 1).length;
    heartbeat.check(1_000, onDead, 200);
    expect(asked()).toBe(200);
    for (let step = 1; step < 5; step++) heartbeat.check(1_000 + step, onDead, 200);
    expect(asked()).toBe(1_000);
    for (let step = 5; step < 11; step++) heartbeat.check(1_000 + step, onDead, 200);
    expect(asked()).toBe(1_000);
  });

  it('begins anew, however many come meanwhile', () => {
    const all = function* () {
      yield session;
      for (;;) yield { ...session, ping: vi.fn() };
    };
    heartbeat = new Heartbeat({ all, size: 3 } as unknown as Sessions, config);
    heartbeat.check(1_000, onDead);
    heartbeat.check(2_000, onDead);
    expect(session.ping).toHaveBeenCalledTimes(2);
  });

  it('sends the unprompted pong to a client that was sent nothing', () => {
    session.lastHeard = 10_000;
    heartbeat.check(9_999, onDead);
    expect(session.send).not.toHaveBeenCalled();
    heartbeat.check(10_000, onDead);
    expect(session.send).toHaveBeenCalledWith(expect.stringContaining('"action":"pong"'));
  });
});
