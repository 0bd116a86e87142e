import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { palette } from '../theme.js';
import { Panel } from '../ui/index.js';
import type { Figures } from './series.js';

export interface Line {
  name: string;
  /** Name of a colour in tokens.css. */
  colour: 'accent' | 'good' | 'busy' | 'warn' | 'bad' | 'off';
  /** px on and off: lines differ without their colours too. */
  dash?: number[];
}

export interface ChartProps {
  title: string;
  /** Behind every figure. */
  unit: string;
  lines: readonly Line[];
  figures: Figures;
}

const HEIGHT = 190;
const MINUTES = { hour: '2-digit', minute: '2-digit' } as const;
const SECONDS = { ...MINUTES, second: '2-digit' } as const;
const SYNC = uPlot.sync('health');

/** Lines over time. The figures under the pointer, or else the latest, stand in the legend as text. */
export function Chart({ title, unit, lines, figures }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const colours = palette.value;
  useEffect(() => {
    const element = box.current!;
    const made = new uPlot(optionsFor(element, unit, lines), figures, element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [colours]);
  useEffect(() => {
    plot.current?.setData(figures);
    showLatest(plot.current!);
  }, [figures, colours]);
  return (
    <Panel title={title}>
      <div class="chart" ref={box} />
    </Panel>
  );
}

function optionsFor(element: HTMLElement, unit: string, lines: readonly Line[]): uPlot.Options {
  const text = colourOf(element, 'muted');
  const grid = { stroke: colourOf(element, 'line'), width: 1 };
  const axis = { stroke: text, grid, ticks: grid };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 28, 0, 0],
    cursor: { sync: { key: SYNC.key }, drag: { x: false, y: false } },
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, (most || 0) * 1.1)] } },
    axes: [
      {
        ...axis,
        values: (_plot, splits, _axis, _space, step) =>
          splits.map((at) => timeOf(at, step < 60 ? SECONDS : MINUTES)),
      },
      { ...axis, size: 56 },
    ],
    hooks: { setCursor: [(plot) => typeof plot.cursor.idx !== 'number' && showLatest(plot)] },
    series: [
      { label: 'Time', value: (_plot, at: number | null) => (at === null ? '–' : timeOf(at, SECONDS)) },
      ...lines.map(({ name, colour, dash }) => ({
        label: name,
        stroke: colourOf(element, colour),
        width: 1.75,
        points: { size: 4 },
        ...(dash && { dash }),
        value: (_plot: uPlot, figure: number | null) => (figure === null ? '–' : `${round(figure)} ${unit}`),
      })),
    ],
  };
}

/** Without a pointer over it, the legend tells the present. */
function showLatest(plot: uPlot): void {
  plot.setLegend({ idx: plot.data[0].length - 1 }, false);
}

function timeOf(seconds: number, style: Intl.DateTimeFormatOptions): string {
  return new Date(seconds * 1_000).toLocaleTimeString(undefined, style);
}

function round(figure: number): number {
  return figure < 10 ? Math.round(figure * 100) / 100 : Math.round(figure);
}

/** A canvas knows no custom properties: what a colour is at the moment has to be asked of an element that has it. */
function colourOf(element: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
