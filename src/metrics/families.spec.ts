import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Counters, Gauges, Histograms } from './families.js';

const linesOf = async (registry: Registry) =>
  (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('a family', () => {
  it('has one series for each combination of its labels, from the start on', async () => {
    const registry = new Registry();
    const labels = { kind: ['a', 'b'], safe: ['true', 'false'] } as const;
    const counters = new Counters(registry, { name: 'tries_total', help: 'Tries.', labels });
    counters.of({ kind: 'b', safe: 'true' }).add();
    counters.of({ safe: 'true', kind: 'b' }).add(2);
    expect(await linesOf(registry)).toEqual([
      'tries_total{kind="a",safe="true"} 0',
      'tries_total{kind="a",safe="false"} 0',
      'tries_total{kind="b",safe="true"} 3',
      'tries_total{kind="b",safe="false"} 0',
    ]);
  });

  it('gives its series by the values of its only label', () => {
    const counters = new Counters(new Registry(), {
      name: 'x_total',
      help: 'X.',
      labels: { way: ['in', 'out'] },
    });
    counters.by('way').in!.add();
    expect(counters.of({ way: 'in' }).value).toBe(1);
    expect(counters.of({ way: 'out' }).value).toBe(0);
  });

  it('says what it is', async () => {
    const registry = new Registry();
    new Gauges(registry, { name: 'depth', help: 'How deep.' });
    expect(await registry.metrics()).toContain('# HELP depth How deep.\n# TYPE depth gauge');
  });
});

it('a gauge is not shown while it is not known', async () => {
  const registry = new Registry();
  const depth = new Gauges(registry, { name: 'depth', help: 'How deep.' }).of({});
  expect(await linesOf(registry)).toEqual([]);
  depth.set(0);
  expect(await linesOf(registry)).toEqual(['depth 0']);
  depth.set(undefined);
  expect(await linesOf(registry)).toEqual([]);
});

describe('a histogram', () => {
  const definition = { name: 'took_seconds', help: 'Took.', bounds: [0.1, 1, 10] };

  it.each([
    [0, [1, 1, 1, 1]],
    [-5, [1, 1, 1, 1]],
    [0.1, [1, 1, 1, 1]],
    [0.100001, [0, 1, 1, 1]],
    [10, [0, 0, 1, 1]],
    [11, [0, 0, 0, 1]],
  ])('has %d in the buckets whose bound it does not exceed', async (seconds, expected) => {
    const registry = new Registry();
    new Histograms(registry, definition).of({}).observe(seconds);
    const buckets = (await linesOf(registry)).filter((line) => line.includes('_bucket'));
    expect(buckets).toEqual(
      ['0.1', '1', '10', '+Inf'].map((le, i) => `took_seconds_bucket{le="${le}"} ${expected[i]}`),
    );
  });

  it('has sum and count', async () => {
    const registry = new Registry();
    const took = new Histograms(registry, { ...definition, labels: { hop: ['first', 'second'] } });
    [0.5, 2, 20].forEach((seconds) => took.of({ hop: 'second' }).observe(seconds));
    expect(await linesOf(registry)).toEqual(
      expect.arrayContaining([
        'took_seconds_bucket{le="1",hop="second"} 1',
        'took_seconds_sum{hop="second"} 22.5',
        'took_seconds_count{hop="second"} 3',
        'took_seconds_count{hop="first"} 0',
      ]),
    );
  });
});
