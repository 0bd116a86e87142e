/** As much of SVG as the plots need. Lengths are in pixels. */

/** Readable on white and on black; text and lines follow the reader's scheme besides. */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #57606a }
  .range { stroke: #57606a; stroke-width: 1.5 }
  .title { font-weight: 600 }
  .axis { stroke: #8b949e; fill: none }
  .grid { stroke: #8b949e; stroke-opacity: 0.25 }
  @media (prefers-color-scheme: dark) { text { fill: #adbac7 } .range { stroke: #cdd9e5 } }`;

const COLOURS: Record<string, string> = {
  echo: '#8957e5',
  thin: '#848d97',
  durable: '#c9780f',
  socketio: '#2f81c7',
  gateway: '#2da44e',
};

export function colourOf(target: string): string {
  return COLOURS[target] ?? '#848d97';
}

export function svg(width: number, height: number, parts: readonly string[]): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`;
  return [head, `<style>${STYLE}\n</style>`, ...parts, '</svg>', ''].join('\n');
}

type Anchor = 'start' | 'middle' | 'end';

export function text(x: number, y: number, content: string, anchor: Anchor = 'start', kind = ''): string {
  const safe = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const name = kind && ` class="${kind}"`;
  return `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}"${name}>${safe}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" class="${kind}"/>`;
}

export function bar(x: number, y: number, width: number, height: number, colour: string): string {
  return `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" fill="${colour}"/>`;
}

export function curve(points: readonly (readonly [x: number, y: number])[], colour: string): string {
  const path = points.map(([x, y]) => `${px(x)},${px(y)}`).join(' ');
  const dots = points.map(([x, y]) => `<circle cx="${px(x)}" cy="${px(y)}" r="3.5" fill="${colour}"/>`);
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}`;
}

/** From the least to the most of a spread. */
export function whisker(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${colour}" stroke-width="1.5"/>`;
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Maps values to pixels. */
export interface Scale {
  at(value: number): number;
  ticks: number[];
}

/** From 0. */
export function linear(most: number, from: number, to: number): Scale {
  const step = niceStep(most / 4);
  const top = Math.ceil(most / step) * step;
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step);
  return { at: (value) => from + (value / top) * (to - from), ticks };
}

/** By powers of ten around the values. */
export function logarithmic(least: number, most: number, from: number, to: number): Scale {
  const [low, high] = [
    Math.floor(Math.log10(least)),
    Math.max(1 + Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))),
  ];
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  return { at: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from), ticks };
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough)!;
}

export function shown(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}
