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

  it('does not take a number for proof that was never sent', () => {
    const { receipts, confirmed } = threeReceipts();
    receipts.confirm(Buffer.from('r4'));
    expect(confirmed).toEqual([]);
  });
});
