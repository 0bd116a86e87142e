import { describe, expect, it } from 'vitest';
import { afterAttempt, begunAnew, deliveryIdOf, dueAtOf, ended, newDelivery, shown } from './delivery.js';

const NOW = Date.parse('2026-01-01T00:00:00.000Z');
const DELAYS = [1_000, 5_000];
const EVENT = {
  groupId: 'shop',
  transactionId: 'T',
  eventType: 'payment.completed',
  eventId: 'E',
  body: '{}',
} as const;
const at = new Date(NOW).toISOString();
const answered = (statusCode: number) => ({ at, durationMs: 5, statusCode });
const failed = { at, durationMs: 5, error: 'the call failed' };

describe('a delivery', () => {
  const fresh = newDelivery(EVENT, 'wh_1', NOW);

  it('is one for the same event and endpoint', () => {
    expect(fresh.deliveryId).toBe(deliveryIdOf('E', 'wh_1'));
    expect(
      new Set([deliveryIdOf('E', 'wh_1'), deliveryIdOf('E', 'wh_2'), deliveryIdOf('F', 'wh_1')]).size,
    ).toBe(3);
  });

  it.each([200, 201, 204, 299])('ends with %i', (status) => {
    const after = afterAttempt(fresh, answered(status), 1, DELAYS, NOW);
    expect(after).toMatchObject({ status: 'delivered', attempts: [answered(status)] });
    expect(after).not.toHaveProperty('nextAttemptAt');
  });

  it.each([answered(199), answered(300), answered(404), answered(500), failed])(
    'is tried again after %j, after each pause',
    (outcome) => {
      const once = afterAttempt(fresh, outcome, 1, DELAYS, NOW);
      expect([once.status, dueAtOf(once)]).toEqual(['pending', NOW + 1_000]);
      const twice = afterAttempt(once, outcome, 1, DELAYS, NOW);
      expect([twice.status, dueAtOf(twice)]).toEqual(['pending', NOW + 5_000]);
      const thrice = afterAttempt(twice, outcome, 1, DELAYS, NOW);
      expect([thrice.status, thrice.attempts.length]).toEqual(['failed', 3]);
    },
  );

  it('ends at once with 410', () => {
    expect(afterAttempt(fresh, answered(410), 1, DELAYS, NOW).status).toBe('failed');
  });

  it('begun anew has all its attempts again, and keeps those it had', () => {
    const dead = ended(afterAttempt(fresh, failed, 1, DELAYS, NOW), 'failed', NOW);
    const again = begunAnew(dead, NOW + 9);
    expect(again).toMatchObject({ status: 'pending', round: 2, tries: 0, attempts: [failed] });
    expect(dueAtOf(again)).toBe(NOW + 9);
    expect(dueAtOf(afterAttempt(again, failed, 2, DELAYS, NOW))).toBe(NOW + 1_000);
  });

  it('is not decided by a call that was begun before a redelivery, or that ends after it was dropped', () => {
    const again = begunAnew(fresh, NOW);
    const late = afterAttempt(again, answered(204), 1, DELAYS, NOW);
    expect(late).toMatchObject({ status: 'pending', tries: 0, attempts: [answered(204)] });
    const dropped = afterAttempt(ended(fresh, 'dropped', NOW), answered(500), 1, DELAYS, NOW);
    expect(dropped).toMatchObject({ status: 'dropped', attempts: [answered(500)] });
  });

  it('keeps the latest hundred attempts', () => {
    let delivery = fresh;
    for (let i = 0; i < 130; i++) {
      delivery = afterAttempt(begunAnew(delivery, NOW), answered(500 + i), i + 2, DELAYS, NOW);
    }
    expect(delivery.attempts).toHaveLength(100);
    expect(delivery.attempts.at(-1)).toEqual(answered(629));
  });

  it('is shown without what only we count by', () => {
    expect(Object.keys(shown(fresh)).sort()).toEqual([
      'attempts',
      'createdAt',
      'deliveryId',
      'eventId',
      'eventType',
      'nextAttemptAt',
      'status',
      'transactionId',
      'updatedAt',
    ]);
  });
});
