import { describe, expect, it } from 'vitest';
import type { HealthView, InstanceView } from '../api/views.js';
import { checksOf } from './checks.js';

const instance = (id: string, more: Partial<InstanceView> = {}): InstanceView => ({
  id,
  version: '1.0.0',
  startedAt: 0,
  seenAt: 99_000,
  isAlive: true,
  isDraining: false,
  tills: 1,
  terminals: 1,
  probeAgeMs: 900,
  sweepAgeMs: 400,
  loopDelayMs: 11,
  rssBytes: 1,
  ...more,
});

const view = (more: Partial<HealthView> = {}): HealthView => ({
  now: 100_000,
  instances: [instance('gw-a'), instance('gw-b')],
  store: {
    kind: 'standalone',
    version: '7',
    pingMs: 0.4,
    usedMemoryBytes: 1,
    commandsPerSecond: 1,
    isPersistent: true,
  },
  mailbox: { waiting: 0, oldestMs: 0 },
  sweepLagMs: 0,
  openPayments: 0,
  ...more,
});

const worst = (more: Partial<HealthView>) => checksOf(view(more))[0]!;

describe('the checks', () => {
  it('are all good, without advice, when all is well', () => {
    const checks = checksOf(view());
    expect(checks.map(({ grade }) => grade)).toEqual(Array.from(checks, () => 'good'));
    expect(checks.every(({ advice }) => advice === '')).toBe(true);
  });

  it.each([
    [
      'Instances',
      'bad',
      { instances: [instance('gw-a'), instance('gw-b', { isAlive: false, seenAt: 70_000 })] },
    ],
    ['Instances', 'warn', { instances: [instance('gw-a', { isDraining: true })] }],
    ['Store answers', 'warn', { store: { ...view().store, pingMs: 60 } }],
    ['Store answers', 'bad', { store: { ...view().store, pingMs: 700 } }],
    ['Store keeps what is written', 'warn', { store: { ...view().store, isPersistent: false } }],
    ['Hints between instances', 'warn', { instances: [instance('gw-a', { probeAgeMs: 6_000 })] }],
    ['Hints between instances', 'bad', { instances: [instance('gw-a', { probeAgeMs: 20_000 })] }],
    ['Sweeps for deadlines', 'bad', { instances: [instance('gw-a', { sweepAgeMs: 20_000 })] }],
    ['Overdue deadlines', 'bad', { sweepLagMs: 12_000 }],
    ['Mailboxes', 'warn', { mailbox: { waiting: 3, oldestMs: 15_000 } }],
    ['Event loop delay (p99)', 'warn', { instances: [instance('gw-a', { loopDelayMs: 150 })] }],
  ] as [string, string, Partial<HealthView>][])(
    '%s: %s comes first and says what to do',
    (name, grade, more) => {
      expect(worst(more)).toMatchObject({ name, grade });
      expect(worst(more).advice.length).toBeGreaterThan(20);
    },
  );

  it('names the instance that is worst off, and does not judge a dead one by its last words', () => {
    const instances = [instance('gw-a'), instance('gw-b', { probeAgeMs: 9_000 })];
    expect(worst({ instances }).found).toBe('9.0 s (gw-b)');
    const dead = checksOf(view({ instances: [instance('gw-a', { isAlive: false, probeAgeMs: 99_000 })] }));
    expect(dead.find(({ name }) => name === 'Hints between instances')!.grade).toBe('good');
  });
});
