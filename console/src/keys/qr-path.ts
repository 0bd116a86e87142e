import { encode } from 'uqr';

/** A QR code as one SVG path, one unit per module, within a square of `size`. */
export interface QrPath {
  size: number;
  path: string;
}

/** The quiet zone that ISO/IEC 18004 asks for, in modules. */
const QUIET = 4;

/** @throws RangeError if the text is too long for any QR code */
export function qrPath(text: string): QrPath {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET });
  return { size, path: data.flatMap((row, y) => runs(row).map(([x, width]) => bar(x, y, width))).join('') };
}

/** Neighbouring dark modules of one row, as start and length: far fewer pieces than one per module. */
function runs(row: readonly boolean[]): [number, number][] {
  const found: [number, number][] = [];
  row.forEach((isDark, x) => {
    const last = found.at(-1);
    if (!isDark) return;
    if (last && last[0] + last[1] === x) last[1]++;
    else found.push([x, 1]);
  });
  return found;
}

function bar(x: number, y: number, width: number): string {
  return `M${x} ${y}h${width}v1h-${width}z`;
}
