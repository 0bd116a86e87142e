import { describe, expect, it } from 'vitest';
import { aboutOf, frameEntry, noteEntry } from './frame-entry.js';
import { FrameLog } from './frame-log.js';

const ping = () => frameEntry('out', '{"action":"ping"}');
const payment = () => frameEntry('out', '{"action":"payment","terminalId":"T"}');
const actions = (log: FrameLog) => log.visible.value.map(({ action }) => action);

describe('an entry', () => {
  it('keeps the text as it was on the wire, numbers included', () => {
    const text = '{"action":"payment","paymentRequest":{"amount":10.10}}';
    expect(frameEntry('in', text)).toMatchObject({ direction: 'in', action: 'payment', text });
  });

  it('is an error only when the gateway sends it', () => {
    const text = '{"action":"error","code":"INVALID_JSON"}';
    expect(frameEntry('in', text).isError).toBe(true);
    expect(frameEntry('out', text).isError).toBe(false);
  });

  it.each(['', 'no json', '[1]', '"text"', '{"action":7}'])('may be anything: %s', (text) => {
    expect(frameEntry('out', text)).toMatchObject({ action: '', text, isHeartbeat: false });
  });

  it('follows the one before it, also across devices', () => {
    expect(payment().seq).toBeLessThan(noteEntry('cut').seq);
  });
});

describe('what a frame is about', () => {
  it.each([
    [{ action: 'payment', paymentRequest: { amount: '1.20', currency: 'EUR' } }, '1.20 EUR'],
    [{ action: 'paymentStatus', stage: 'received' }, 'received'],
    [
      { action: 'paymentComplete', status: 'FAILED', paymentResponse: { status: 'FAILED', errorCode: 'X' } },
      'FAILED, X',
    ],
    [{ action: 'error', code: 'UNKNOWN_ACTION', message: 'Unknown action: x' }, 'UNKNOWN_ACTION'],
    [{ action: 'terminalsResponse', terminals: [], count: 0 }, '0'],
    [{ action: 'getTerminals' }, ''],
    [{ action: 'payment', paymentRequest: null, amount: {} }, ''],
  ])('%j', (frame, about) => {
    expect(aboutOf(frameEntry('in', JSON.stringify(frame)))).toBe(about);
  });
});

describe('the log', () => {
  it('shows no pings unless it is asked to', () => {
    const log = new FrameLog();
    [ping(), payment(), frameEntry('in', '{"action":"pong"}')].forEach((entry) => log.add(entry));
    expect(actions(log)).toEqual(['payment']);
    log.showsHeartbeats.value = true;
    expect(actions(log)).toEqual(['ping', 'payment', 'pong']);
  });

  it('stands still while it is paused, and shows afterwards what came', () => {
    const log = new FrameLog();
    log.add(payment());
    log.pause(true);
    log.add(frameEntry('in', '{"action":"paymentComplete"}'));
    expect(actions(log)).toEqual(['payment']);
    log.pause(false);
    expect(actions(log)).toEqual(['payment', 'paymentComplete']);
  });

  it('can be cleared, also while it is paused', () => {
    const log = new FrameLog();
    log.add(payment());
    log.pause(true);
    log.clear();
    expect(actions(log)).toEqual([]);
    log.pause(false);
    expect(actions(log)).toEqual([]);
  });

  it('forgets the oldest entries, not the latest', () => {
    const log = new FrameLog();
    for (let i = 0; i < 600; i++) log.add(frameEntry('out', `{"action":"a${i}"}`));
    expect(log.visible.value).toHaveLength(500);
    expect(log.visible.value.at(-1)?.action).toBe('a599');
  });

  it('is copied as lines of time, direction and text', () => {
    const log = new FrameLog();
    log.add(frameEntry('out', '{"action":"payment"}', 0));
    log.add(frameEntry('in', '{"action":"paymentComplete"}', 1_500));
    log.add(noteEntry('the cable is cut', true, 2_000));
    expect(log.asText().split('\n')).toEqual([
      '1970-01-01T00:00:00.000Z > {"action":"payment"}',
      '1970-01-01T00:00:01.500Z < {"action":"paymentComplete"}',
      '1970-01-01T00:00:02.000Z # the cable is cut',
    ]);
  });
});
