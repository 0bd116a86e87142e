import { describe, expect, it } from 'vitest';
import { RequestOrder } from './request-order.js';

/** Requests in the order in which they are sent: `a` for a payment, `?a` for a look at it. */
function sent(...requests: string[]): RequestOrder {
  const order = new RequestOrder();
  for (const request of requests) {
    if (request.startsWith('?')) order.lookSent(request.slice(1));
    else order.paymentSent(request);
  }
  return order;
}

describe('the order of requests', () => {
  it('makes a nameless refusal one of the first payment without an answer', () => {
    expect(sent('a', '?a', 'b').paymentRefused(undefined)).toBe('a');
    const order = sent('a', '?a', 'b');
    order.lookAnswered('a');
    expect(order.paymentRefused(undefined)).toBe('b');
    expect(order.paymentRefused(undefined)).toBeUndefined();
  });

  it('has a look decide what was sent before it, and nothing after it', () => {
    const order = sent('?a', 'a', 'b', '?b', 'c');
    order.lookAnswered('a');
    expect(order.isUndecided('a')).toBe(true);
    order.lookAnswered('b');
    expect(['a', 'b', 'c'].map((id) => order.isUndecided(id))).toEqual([false, false, true]);
  });

  it('knows which look a nameless refusal is about', () => {
    const order = sent('a', '?a', '?b', 'b');
    expect(order.lookRefused()).toBe('a');
    expect(order.lookRefused()).toBe('b');
    expect(order.isUndecided('b')).toBe(true);
    expect(order.lookRefused()).toBeUndefined();
  });

  it('decides less, never more, when an answer was lost', () => {
    const order = sent('?a', 'a', '?a');
    order.lookAnswered('a');
    expect(order.isUndecided('a')).toBe(true);
  });

  it('tells when the next payment could be mistaken for the last one', () => {
    expect(sent('a').unparted).toBe('a');
    expect(sent('a', '?a').unparted).toBeUndefined();
    const order = sent('a');
    order.settled('a');
    expect(order.unparted).toBeUndefined();
  });
});
