import { describe, expect, it } from 'vitest';
import { Receipts } from './receipts.js';

function threeReceipts() {
  const receipts = new Receipts();
  const confirmed: string[] = [];
  const payloads = ['a', 'b', 'c'].map((name) => receipts.expect(() => confirmed.push(name)));
  return { receipts, confirmed, payloads };
}

describe('Receipts', () => {
  it('confirms what a pong names, and all before it', () => {
    const { receipts, confirmed, payloads } = threeReceipts();
    receipts.confirm(Buffer.from(payloads[1]!));
    expect(confirmed).toEqual(['a', 'b']);
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
