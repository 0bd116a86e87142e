import { describe, expect, it } from 'vitest';
import { ConnectLimit } from './connect-limit.js';

describe('ConnectLimit', () => {
  it('counts each address by itself', () => {
    const limit = new ConnectLimit(2);
    expect([limit.take('a', 0), limit.take('a', 0), limit.take('b', 0)]).toEqual([0, 0, 0]);
    expect(limit.take('a', 0)).toBe(30_000);
    expect(limit.take('a', 30_000)).toBe(0);
  });

  it('is off at 0', () => {
    const limit = new ConnectLimit(0);
    expect(Array.from({ length: 1000 }, () => limit.take('a', 0)).every((wait) => wait === 0)).toBe(true);
  });
});
