import { describe, expect, it } from 'vitest';
import { FrameLimit } from './frame-limit.js';

describe('FrameLimit', () => {
  it('admits a burst of one second, then refuses and says when to come again', () => {
    const limit = new FrameLimit(10, 0);
    const burst = Array.from({ length: 10 }, () => limit.take(0).kind);
    expect(new Set(burst)).toEqual(new Set(['ok']));
    expect(limit.take(0)).toEqual({ kind: 'limited', retryAfterMs: 100, holdMs: 0 });
    expect(limit.take(100)).toEqual({ kind: 'ok' });
  });

  it('gives up on a client that keeps on for ten seconds', () => {
    const limit = new FrameLimit(1, 0);
    const verdicts = Array.from({ length: 12 * 4 }, (_, i) => limit.take(i * 250).kind);
    expect(verdicts.indexOf('close')).toBe(41);
  });

  it('forgives one that has paused', () => {
    const limit = new FrameLimit(1, 0);
    for (let ms = 0; ms <= 9_000; ms += 250) {
      limit.take(ms);
    }
    expect(limit.take(12_000).kind).toBe('ok');
    expect(limit.take(12_001).kind).toBe('limited');
  });

  it('counts a long frame as several, and never as more than there may be', () => {
    const limit = new FrameLimit(10, 0);
    expect(limit.take(0, 8 * 4_096).kind).toBe('ok');
    expect([limit.take(0).kind, limit.take(0).kind]).toEqual(['ok', 'limited']);
    expect(limit.take(1_000, 1_000_000).kind).toBe('ok');
    expect(limit.take(1_000).kind).toBe('limited');
  });

  it('holds back who is refused more often in a second than admitted', () => {
    const limit = new FrameLimit(10, 1_000);
    const holds = Array.from({ length: 25 }, (_, i) => {
      const verdict = limit.take(1_000 + i);
      return verdict.kind === 'limited' ? verdict.holdMs : 0;
    });
    expect(holds.findIndex((ms) => ms > 0)).toBe(20);
    expect(1_000 + 20 + holds[20]!).toBe(2_000 + 10);
  });

  it('is off at 0', () => {
    const limit = new FrameLimit(0, 0);
    expect(Array.from({ length: 1000 }, () => limit.take(0).kind)).not.toContain('limited');
  });
});
