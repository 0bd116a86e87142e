/** `npm run capacity`: puts inputs, needs and the evenness of partitions into docs/capacity.md. Nothing is measured and no server needed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type * as partitionModule from '../../src/redis/partitions.js';
import { fillMarkers } from '../document/markers.js';
import {
  loadsOfMasters,
  mastersBySlots,
  mastersInTurn,
  partitionLoads,
  percentile,
  unevenness,
  type Population,
} from './evenness.js';
import { INPUTS } from './inputs.js';
import { needs } from './needs.js';

/** Seen from the compiled file. */
const DOCUMENT = resolve(import.meta.dirname, '../../docs/capacity.md');
const SEEDS = Array.from({ length: 50 }, (_, i) => i + 1);
const POPULATIONS: Population[] = [1_000, 10_000, 100_000].flatMap((groups) =>
  [0, 0.5, 0.8, 1].map((exponent) => ({ groups, exponent })),
);
const MASTERS = [3, 4, 6, 8, 12, 16];
/** For masters: as many groups as a large operator has, and not all alike. */
const USUAL: Population = { groups: 10_000, exponent: 0.5 };

const partitions = new URL('../../dist/redis/partitions.js', import.meta.url).href;
const { crc16 } = (await import(partitions)) as typeof partitionModule;
const contents = new Map([
  ['inputs', inputsTable()],
  ['needs', needsTable()],
  ['partitions', partitionsTable()],
  ['masters', mastersTable()],
]);
const filled = fillMarkers(readFileSync(DOCUMENT, 'utf8'), contents);
const style = await resolveConfig(DOCUMENT);
writeFileSync(DOCUMENT, await format(filled, { ...style, filepath: DOCUMENT }));
console.log([...contents.values()].join('\n\n'));

function inputsTable(): string {
  const lines = Object.entries(INPUTS).map(
    ([name, { value, unit, source }]) =>
      `| \`${name}\` | ${value.toLocaleString('en')} ${unit} | ${source} |`,
  );
  return ['| Figure | Value | Source |', '| --- | --- | --- |', ...lines].join('\n');
}

function needsTable(): string {
  const lines = needs().map(({ what, formula, value, unit }) => {
    const shown = value.toLocaleString('en', { maximumSignificantDigits: 3 });
    return `| ${what} | ${formula} | ${shown} ${unit} |`;
  });
  return ['| Need | How | |', '| --- | --- | --- |', ...lines].join('\n');
}

/** Median and p95 of the fullest against the mean, over all seeds. */
function spreadOf(values: readonly number[]): string {
  return `${percentile(values, 0.5).toFixed(2)} (${percentile(values, 0.95).toFixed(2)})`;
}

function partitionsTable(): string {
  const lines = POPULATIONS.map((population) => {
    const loads = SEEDS.map((seed) => partitionLoads(population, seed, crc16));
    const largest =
      1 /
      Array.from({ length: population.groups }, (_, i) => (i + 1) ** -population.exponent).reduce(
        (a, b) => a + b,
      );
    const shards = [3, 16].map((masters) =>
      spreadOf(loads.map((load) => unevenness(loadsOfMasters(load, mastersInTurn(masters), masters)))),
    );
    const cells = [
      population.groups.toLocaleString('en'),
      String(population.exponent),
      `${(largest * 100).toFixed(2)} %`,
      spreadOf(loads.map(unevenness)),
      ...shards,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| Groups | Zipf exponent | largest group | fullest partition | fullest of 3 masters | fullest of 16 masters |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

function mastersTable(): string {
  const loads = SEEDS.map((seed) => partitionLoads(USUAL, seed, crc16));
  const lines = MASTERS.map((masters) => {
    const ways = [mastersBySlots(masters, crc16), mastersInTurn(masters)].flatMap((masterOf) => {
      const counts = loadsOfMasters(new Array<number>(masterOf.length).fill(1), masterOf, masters);
      const found = loads.map((load) => unevenness(loadsOfMasters(load, masterOf, masters)));
      return [`${Math.min(...counts)}–${Math.max(...counts)}`, spreadOf(found)];
    });
    return `| ${[masters, ...ways].join(' | ')} |`;
  });
  return [
    '| Masters | partitions each, equal ranges of slots | fullest master | partitions each, moved by hand | fullest master |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}
