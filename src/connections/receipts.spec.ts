import { describe, expect, it } from 'vitest';
import { Receipts } from './receipts.js';

const payloadTime = (name: string) => 'abc'.indexOf(name) + 1;

function threeReceipts() {
  const receipts = new Receipts();
  const confirmed: string[] = [];
  const payloads = ['a', 'b', 'c'].map((name) =>
    receipts.expect(() => confirmed.push(name), payloadTime(name)),
  );
  return { receipts, confirmed, payloads };
}

/** Expects so many receipts. @returns the payloads of the pings that were to be sent */
function many(receipts: Receipts, count: number, confirmed: number[] = []): string[] {
  const payloads = Array.from({ length: count }, (_, i) => receipts.expect(() => confirmed.push(i + 1), 1));
  return payloads.filter((payload) => payload !== undefined);
}

describe('Receipts', () => {
  it('confirms what a pong names, and all before it', () => {
    const { receipts, confirmed, payloads } = threeReceipts();
    receipts.confirm(Buffer.from(payloads[1]!));
    expect(confirmed).toEqual(['a', 'b']);
  });

  it('tells when the ping was sent that a pong answers', () => {
    const { receipts, payloads } = threeReceipts();
    expect(receipts.confirm(Buffer.from(payloads[1]!))).toBe(2);
    expect(receipts.confirm(Buffer.from(payloads[1]!))).toBeUndefined();
    expect(receipts.confirm(Buffer.from(payloads[2]!))).toBe(3);
  });

  it('tells when a ping was sent that asked for no more than a sign of life, once', () => {
    const { receipts, confirmed } = threeReceipts();
    expect(receipts.confirm(Buffer.alloc(0))).toBeUndefined();
    receipts.ask(7);
    expect(receipts.confirm(Buffer.alloc(0))).toBe(7);
    expect(receipts.confirm(Buffer.alloc(0))).toBeUndefined();
    expect(confirmed).toEqual([]);
  });

  it('confirms each only once', () => {
    const { receipts, confirmed, payloads } = threeReceipts();
    receipts.confirm(Buffer.from(payloads[2]!));
    receipts.confirm(Buffer.from(payloads[2]!));
    receipts.confirm(Buffer.from(payloads[0]!));
    expect(confirmed).toEqual(['a', 'b', 'c']);
  });

  it.each(['', 'r', 'x3', 'rNaN', 'hello'])('takes the pong "%s" for no receipt', (payload) => {
    const { receipts, confirmed } = threeReceipts();
    receipts.confirm(Buffer.from(payload));
    expect(confirmed).toEqual([]);
  });

  it('wants no more pings than a peer puts up with, and then one for all that have waited', () => {
    const receipts = new Receipts();
    const confirmed: number[] = [];
    expect(many(receipts, 1_000, confirmed)).toEqual(Array.from({ length: 16 }, (_, i) => `r${i + 1}`));
    expect(receipts.duePing(2)).toBeUndefined();
    receipts.confirm(Buffer.from('r1'));
    expect(receipts.duePing(3)).toBe('r1000');
    receipts.confirm(Buffer.from('r2'));
    expect(receipts.duePing(4)).toBeUndefined();
    expect(receipts.confirm(Buffer.from('r1000'))).toBe(3);
    expect(confirmed).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
    expect(many(receipts, 20)).toHaveLength(16);
  });

  it('takes no number for proof that no ping has carried', () => {
    const receipts = new Receipts();
    const confirmed: number[] = [];
    many(receipts, 20, confirmed);
    receipts.confirm(Buffer.from('r17'));
    expect(confirmed).toEqual([]);
  });

  it('does not take a number for proof that was never sent', () => {
    const { receipts, confirmed } = threeReceipts();
    receipts.confirm(Buffer.from('r4'));
    expect(confirmed).toEqual([]);
  });
});
