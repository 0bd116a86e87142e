import { describe, expect, it } from 'vitest';
import type { DeliveryView, EndpointView } from '../api/views.js';
import { attemptInWords, deliveryInWords, disabledInWords } from './delivery-words.js';

const NOW = Date.parse('2026-01-15T10:30:00.000Z');
const attempt = { at: '', durationMs: 12.4, statusCode: 500 };

function delivery(status: DeliveryView['status'], tries: number, dueInMs?: number): DeliveryView {
  return {
    deliveryId: 'dlv_1',
    eventId: 'e',
    eventType: 'payment.completed',
    transactionId: 't',
    status,
    attempts: Array.from({ length: tries }, () => attempt),
    createdAt: '',
    updatedAt: '',
    ...(dueInMs !== undefined && { nextAttemptAt: new Date(NOW + dueInMs).toISOString() }),
  };
}

describe('a delivery', () => {
  it.each([
    [delivery('delivered', 1), 'Delivered'],
    [delivery('delivered', 3), 'Delivered after 3 attempts'],
    [delivery('failed', 1), 'Given up: tried once'],
    [delivery('failed', 9), 'Given up: tried 9 times'],
    [delivery('dropped', 0), 'Not sent: the endpoint was disabled before'],
    [delivery('pending', 0, 0), 'To be sent now'],
    [delivery('pending', 0), 'To be sent soon'],
    [delivery('pending', 1, 30_000), 'Tried once, again in 30 s'],
    [delivery('pending', 2, 120_000), 'Tried 2 times, again in 2 min'],
    [delivery('pending', 5, 7_200_000), 'Tried 5 times, again in 2 h'],
  ])('%#: %o', (view, words) => {
    expect(deliveryInWords(view, NOW)).toBe(words);
  });

  it('has attempts with an answer or with what kept it away', () => {
    expect(attemptInWords(attempt)).toBe('HTTP 500 after 12 ms');
    expect(attemptInWords({ at: '', durationMs: 10_000, error: 'no answer within 10 s' })).toBe(
      'no answer within 10 s after 10000 ms',
    );
  });
});

describe('an endpoint', () => {
  const endpoint = { status: 'disabled' } as EndpointView;

  it('that is disabled says by whom, and how it is enabled again', () => {
    expect(disabledInWords({ ...endpoint, status: 'active' })).toBeUndefined();
    expect(disabledInWords(endpoint)).toBe('Disabled by its owner.');
    const words = disabledInWords({ ...endpoint, disabledReason: 'The endpoint answered 410 Gone' });
    expect(words).toContain('The endpoint answered 410 Gone');
    expect(words).toContain('PUT');
  });
});
