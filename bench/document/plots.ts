import { pick, quotientsOf, spread, valuesOf, type Result, type Spread } from '../report.js';
import {
  bar,
  colourOf,
  curve,
  line,
  linear,
  logarithmic,
  shown,
  svg,
  text,
  whisker,
  type Scale,
} from './svg.js';

export interface Plot {
  name: string;
  /** Whose result is drawn. */
  section: string;
  alt: string;
  draw: (result: Result) => string;
}

const WIDTH = 720;

export const PLOTS: readonly Plot[] = [
  {
    name: 'ratios',
    section: 'saturation',
    alt: 'Payments at saturation against the thin relay: CPU each and payments per second, with ranges',
    draw: drawRatios,
  },
  {
    name: 'list',
    section: 'list',
    alt: 'Latency of getTerminals by the number of terminals in the group, both logarithmic',
    draw: drawList,
  },
  {
    name: 'growth',
    section: 'growth',
    alt: 'Payments per second and CPU each with 1, 2 and 3 instances',
    draw: drawGrowth,
  },
];

const LABEL_WIDTH = 290;
const BAR = 18;
const BAR_PITCH = 28;
const VALUE_WIDTH = 60;

/** Two groups of bars, one per measure, of all targets but the base. */
function drawRatios(result: Result): string {
  const [base, ...targets] = Object.keys(result.labels);
  const measures = [
    ['CPU s per 1,000', 'CPU of gateway and Redis per payment ÷ thin relay (less is better)'],
    ['per second', 'payments per second ÷ thin relay (more is better)'],
  ] as const;
  const height = 36 + targets.length * BAR_PITCH + 28;
  const parts = measures.flatMap(([column, title], i) => {
    const bars = targets.map((target) => {
      const [name] = casesOf(result);
      const ratios = quotientsOf(pick(result.rows, name!, target), pick(result.rows, name!, base!), column);
      return { target, ratio: spread(ratios)! };
    });
    return ratioBars(result, title, bars, i * height);
  });
  return svg(WIDTH, measures.length * height, parts);
}

function ratioBars(
  { labels }: Result,
  title: string,
  bars: readonly { target: string; ratio: Spread }[],
  top: number,
): string[] {
  const most = Math.max(1, ...bars.map(({ ratio }) => ratio.most));
  const scale = linear(most, LABEL_WIDTH, WIDTH - VALUE_WIDTH);
  const [first, last] = [top + 30, top + 36 + bars.length * BAR_PITCH];
  const parts = [text(0, top + 18, title, 'start', 'title')];
  for (const tick of scale.ticks) {
    parts.push(line(scale.at(tick), first, scale.at(tick), last, tick === 0 ? 'axis' : 'grid'));
    parts.push(text(scale.at(tick), last + 16, shown(tick), 'middle'));
  }
  // Where the thin relay itself would be.
  parts.push(line(scale.at(1), first, scale.at(1), last, 'axis'));
  bars.forEach(({ target, ratio: { median, least, most: high } }, i) => {
    const y = first + 6 + i * BAR_PITCH;
    const middle = y + BAR / 2;
    parts.push(text(LABEL_WIDTH - 8, middle + 4, labels[target]!, 'end'));
    parts.push(bar(scale.at(0), y, scale.at(median) - scale.at(0), BAR, colourOf(target)));
    parts.push(line(scale.at(least), middle, scale.at(high), middle, 'range'));
    parts.push(text(scale.at(high) + 6, middle + 4, median.toFixed(2)));
  });
  return parts;
}

function drawList(result: Result): string {
  const names = casesOf(result);
  const area = { left: 60, right: WIDTH - 20, top: 34, bottom: 300 };
  const sizes = names.map((name) => Number.parseInt(name, 10));
  const all = result.rows.flatMap(({ measures }) => measures['p50']!);
  const x = logarithmic(Math.min(...sizes), Math.max(...sizes), area.left, area.right - 10);
  const y = logarithmic(Math.min(...all), Math.max(...all), area.bottom, area.top);
  const parts = [
    text(0, 18, 'getTerminals, p50 in ms, four tills asking at once', 'start', 'title'),
    ...grid(area, x, y),
    text((area.left + area.right) / 2, area.bottom + 34, 'terminals in the group', 'middle'),
    ...curves(result, 'p50', (name) => x.at(Number.parseInt(name, 10)), y),
    ...legend(result, area.bottom + 58),
  ];
  return svg(WIDTH, area.bottom + 72, parts);
}

/** Two areas side by side. */
function drawGrowth(result: Result): string {
  const names = casesOf(result);
  const measures = [
    ['per second', 'payments per second'],
    ['CPU s per 1,000', 'CPU seconds per 1,000 payments'],
  ] as const;
  const half = WIDTH / 2;
  const bottom = 250;
  const parts = measures.flatMap(([column, title], i) => {
    const area = { left: i * half + 55, right: (i + 1) * half - 25, top: 34, bottom };
    const most = Math.max(...result.rows.map(({ measures: found }) => found[column]!));
    const y = linear(most, area.bottom, area.top);
    const at = (name: string) =>
      area.left + ((names.indexOf(name) + 0.5) / names.length) * (area.right - area.left);
    return [
      text(i * half, 18, title, 'start', 'title'),
      ...grid(area, { at: () => 0, ticks: [] }, y),
      ...names.map((name) => text(at(name), area.bottom + 18, name, 'middle')),
      ...curves(result, column, at, y),
    ];
  });
  return svg(WIDTH, bottom + 56, [...parts, ...legend(result, bottom + 44)]);
}

interface Area {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

function grid({ left, right, top, bottom }: Area, x: Scale, y: Scale): string[] {
  return [
    ...x.ticks.map((tick) => line(x.at(tick), top, x.at(tick), bottom, 'grid')),
    ...x.ticks.map((tick) => text(x.at(tick), bottom + 16, shown(tick), 'middle')),
    ...y.ticks.map((tick) => line(left, y.at(tick), right, y.at(tick), 'grid')),
    ...y.ticks.map((tick) => text(left - 6, y.at(tick) + 4, shown(tick), 'end')),
    line(left, top, left, bottom, 'axis'),
    line(left, bottom, right, bottom, 'axis'),
  ];
}

function curves(result: Result, column: string, at: (name: string) => number, y: Scale): string[] {
  return Object.keys(result.labels).flatMap((target) => {
    const points = casesOf(result).flatMap((name) => {
      const found = spread(valuesOf(pick(result.rows, name, target), column));
      return found ? [{ x: at(name), ...found }] : [];
    });
    const colour = colourOf(target);
    const ranges = points.map(({ x, least, most }) => whisker(x, y.at(least), x, y.at(most), colour));
    return [
      ...ranges,
      curve(
        points.map(({ x, median }) => [x, y.at(median)] as const),
        colour,
      ),
    ];
  });
}

function legend({ labels }: Result, y: number): string[] {
  const pitch = WIDTH / Object.keys(labels).length;
  return Object.entries(labels).flatMap(([target, label], i) => [
    bar(i * pitch, y - 9, 10, 10, colourOf(target)),
    text(i * pitch + 15, y, label.replace(/ \(.*/, '')),
  ]);
}

function casesOf({ rows }: Result): string[] {
  return [...new Set(rows.map((row) => row.case))];
}
