import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger, traceIdsOf } from '../logging/index.js';
import type { Span } from './span.js';
import { Trail } from './trail.js';

const OF = { groupId: 'shop', transactionId: 'order-1' };
const END = { outcome: 'approved', cause: 'terminal', terminalId: 'T', ms: 40, terminalMs: 30 };

function followed(level: string, withSpans = false) {
  const stream = new PassThrough();
  const spans: Span[] = [];
  const sink = { keeps: () => true, add: (span: Span) => spans.push(span), stop: () => Promise.resolve() };
  const trail = new Trail(createLogger(level, 'gw', stream), withSpans ? sink : undefined);
  const lines = () =>
    String(stream.read() ?? '')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { trail, spans, lines };
}

function walk(trail: Trail): void {
  const begunAt = trail.begin();
  trail.step('accept', OF, begunAt, { keyId: 'pos' });
  trail.step('dispatch', OF, begunAt, { keyId: 't1' });
  trail.step('receive', OF, begunAt, { keyId: 't1' });
  trail.ended(OF, begunAt, { ...END, isGivenUp: false });
  trail.step('deliver', OF, begunAt, { keyId: 'pos' });
}

describe('Trail', () => {
  it('tells at info how a payment ended and that its result was read, under the same ids', () => {
    const { trail, lines } = followed('info');
    walk(trail);
    const ids = { ...OF, traceId: traceIdsOf(OF).traceId };
    expect(lines()).toEqual([
      expect.objectContaining({ ...ids, ...END, level: 30, msg: 'payment ended' }),
      expect.objectContaining({ ...ids, keyId: 'pos', level: 30, msg: 'result delivered' }),
    ]);
  });

  it('tells every hop at debug', () => {
    const { trail, lines } = followed('debug');
    walk(trail);
    expect(lines()).toHaveLength(5);
  });

  it('says at warn only what was given up', () => {
    const { trail, lines } = followed('warn');
    walk(trail);
    const line = { level: 'warn', message: 'webhook given up' } as const;
    trail.step('webhook', OF, Date.now(), {}, line);
    expect(lines()).toEqual([expect.objectContaining({ msg: 'webhook given up' })]);
  });

  it('tells trouble even though nobody followed, then without its time', () => {
    const { trail, lines } = followed('error');
    const line = { level: 'error', message: 'the terminal refuses a void; it stays pending' } as const;
    trail.step('void', OF, trail.begin(), { effect: 'refused' }, line);
    const [told, ...others] = lines();
    expect(told).toMatchObject({ ...OF, level: 50, msg: line.message, effect: 'refused' });
    expect(told).not.toHaveProperty('ms');
    expect(others).toEqual([]);
  });

  it('warns of a payment that the gateway gave up', () => {
    const { trail, lines } = followed('warn');
    trail.ended(OF, 0, { ...END, outcome: 'failed', errorCode: 'NO_RESPONSE', isGivenUp: true });
    expect(lines()).toEqual([expect.objectContaining({ msg: 'payment given up', errorCode: 'NO_RESPONSE' })]);
  });

  it('looks at no clock while nobody follows', () => {
    expect(followed('info').trail.begin()).toBe(0);
    expect(followed('info', true).trail.begin()).toBeGreaterThan(Date.now() - 60_000);
  });

  it('gives every hop as a span below that of the payment', () => {
    const { trail, spans } = followed('warn', true);
    walk(trail);
    const { traceId, rootSpanId } = traceIdsOf(OF);
    const [root, ...others] = spans.filter(({ spanId }) => spanId === rootSpanId);
    expect(root).toMatchObject({ name: 'payment', traceId });
    expect(root!.to - root!.from).toBeCloseTo(END.ms);
    expect(others).toEqual([]);
    const hops = spans.filter((span) => span !== root);
    expect(hops.map(({ name }) => name)).toEqual(['accept', 'dispatch', 'receive', 'settle', 'deliver']);
    hops.forEach((hop) => expect(hop).toMatchObject({ traceId, parentId: rootSpanId }));
  });
});

describe('traceIdsOf', () => {
  it('is the same everywhere, and another for another group', () => {
    const { traceId, rootSpanId } = traceIdsOf(OF);
    expect(traceIdsOf({ ...OF })).toEqual({ traceId, rootSpanId });
    expect(traceId).toMatch(/^[\da-f]{32}$/);
    expect(rootSpanId).toMatch(/^[\da-f]{16}$/);
    expect(traceIdsOf({ ...OF, groupId: 'other' }).traceId).not.toBe(traceId);
  });
});
