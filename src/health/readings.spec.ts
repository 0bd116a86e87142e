import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Metrics } from '../metrics/index.js';
import type { Backlog } from '../presence/index.js';
import { Readings } from './readings.js';

/** The rooms as far as they are asked, in a state of the test's. */
const rooms = {
  sessions: [{ unsentBytes: 100 }, { unsentBytes: 20 }],
  isReady: true,
  backlogs: new Map<string, Backlog>(),
  answer: () => Promise.resolve(rooms.backlogs),
};
const asked = vi.fn(() => rooms.answer());

let metrics: Metrics;
let readings: Readings;

beforeEach(() => {
  asked.mockClear();
  rooms.isReady = true;
  rooms.answer = () => Promise.resolve(rooms.backlogs);
  rooms.backlogs = new Map([
    ['mail', { size: 3, lagMs: 1_500 }],
    ['due', { size: 7, lagMs: 250 }],
    ['grace', { size: 1, lagMs: 0 }],
  ]);
  metrics = new Metrics();
  const parts = [
    {
      get isReady() {
        return rooms.isReady;
      },
    },
    {
      sizeOf: (type: string) => (type === 'terminal' ? 5 : 2),
      groupCount: 4,
      all: () => rooms.sessions,
    },
    { isDraining: true },
    { probeAgeMs: 1_200 },
    { ageMs: 400 },
    { read: asked, readMail: () => Promise.resolve(12) },
    { size: () => Promise.resolve({ waiting: 9, active: 1, delayed: 30 }) },
  ];
  readings = new (Readings as unknown as new (...parts: unknown[]) => Readings)(metrics, ...parts);
});

async function shown(): Promise<string[]> {
  await readings.take();
  return (await metrics.registry.metrics()).split('\n');
}

it('shows what is here', async () => {
  expect(await shown()).toEqual(
    expect.arrayContaining([
      'gateway_connections{device_type="desktop"} 2',
      'gateway_connections{device_type="terminal"} 5',
      'gateway_connected_groups 4',
      'gateway_send_buffer_bytes 120',
      'gateway_send_buffer_largest_bytes 100',
      'gateway_draining 1',
      'gateway_probe_age_seconds 1.2',
      'gateway_lease_age_seconds 0.4',
    ]),
  );
});

describe('what lies in the store', () => {
  it('is shown in seconds and by set, mail apart from the deadlines', async () => {
    const lines = await shown();
    expect(lines).toEqual(
      expect.arrayContaining([
        'gateway_store_up 1',
        'gateway_mailboxes_waiting 3',
        'gateway_mailbox_messages 12',
        'gateway_mailbox_oldest_seconds 1.5',
        'gateway_open_payments 7',
        'gateway_sweep_lag_seconds{set="due"} 0.25',
        'gateway_sweep_lag_seconds{set="grace"} 0',
        'gateway_webhook_queue_jobs{state="delayed"} 30',
      ]),
    );
    expect(lines.join()).not.toContain('set="mail"');
  });

  it('is asked for once, however many scrapes there are at a time', async () => {
    await Promise.all([readings.take(), readings.take()]);
    await readings.take();
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('is left out when the store fails, and asked for again', async () => {
    rooms.answer = () => Promise.reject(new Error('away'));
    const lines = await shown();
    expect(lines).toContain('gateway_store_up 0');
    expect(lines.some((line) => line.startsWith('gateway_open_payments '))).toBe(false);
    rooms.answer = () => Promise.resolve(rooms.backlogs);
    expect(await shown()).toContain('gateway_open_payments 7');
  });

  it('is not waited for long, nor asked for twice at a time', async () => {
    vi.useFakeTimers();
    try {
      await readings.take();
      vi.advanceTimersByTime(60_000);
      asked.mockClear();
      rooms.answer = () => new Promise(() => {});
      const [first, second] = [readings.take(), readings.take()];
      await vi.advanceTimersByTimeAsync(1_000);
      await Promise.all([first, second]);
      const third = readings.take();
      await vi.advanceTimersByTimeAsync(1_000);
      await third;
      expect(asked).toHaveBeenCalledTimes(1);
    } finally {
      vi.useRealTimers();
    }
    expect((await metrics.registry.metrics()).split('\n')).toContain('gateway_store_up 0');
  });

  it('is not asked for while the client has no connection', async () => {
    rooms.isReady = false;
    expect(await shown()).toContain('gateway_store_up 0');
    expect(asked).not.toHaveBeenCalled();
  });
});
