import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipSpace,
  stringEnd,
  valueEnd,
} from './json-text.js';

const MINUS = 0x2d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
/** What most numbers are: they need not be taken apart to be compared. */
const SMALL_INTEGER = /^(?:[1-9]\d{0,9})?[1-9]$/;

/**
 * A text that is the same for all JSON texts of the same value: member order and white space do not count, numbers
 * compare by value, strings by text.
 */
export function canonicalJson(text: string): string {
  return new CanonicalReader(text).value();
}

/** Reads the text once, however deep it is nested: to look for the end of each value first would read it once per level. */
class CanonicalReader {
  private at = 0;

  /** @param text known to be valid, and shallow */
  constructor(private readonly text: string) {}

  value(): string {
    this.skipSpace();
    const start = this.at;
    const first = this.text.charCodeAt(start);
    if (first === OPEN_BRACE) {
      return `{${this.members().sort().join(',')}}`;
    }
    if (first === OPEN_BRACKET) {
      return `[${this.elements().join(',')}]`;
    }
    this.at = valueEnd(this.text, start);
    const token = this.text.slice(start, this.at);
    if (first === QUOTE) {
      return JSON.stringify(JSON.parse(token));
    }
    return first === MINUS || (first >= DIGIT_0 && first <= DIGIT_9) ? canonicalNumber(token) : token;
  }

  private members(): string[] {
    const members = new Map<string, string>();
    while (this.hasNext(CLOSE_BRACE)) {
      const start = this.at;
      this.at = stringEnd(this.text, start);
      const name = JSON.parse(this.text.slice(start, this.at)) as string;
      this.skipSpace();
      this.at++;
      members.set(name, this.value());
    }
    return [...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`);
  }

  private elements(): string[] {
    const elements: string[] = [];
    while (this.hasNext(CLOSE_BRACKET)) {
      elements.push(this.value());
    }
    return elements;
  }

  /** Steps over what opens a list or stands between two of its parts. @returns false behind its end */
  private hasNext(close: number): boolean {
    this.skipSpace();
    if (this.text.charCodeAt(this.at) !== close) {
      this.at++;
      this.skipSpace();
    }
    const isOver = this.text.charCodeAt(this.at) === close;
    this.at += isOver ? 1 : 0;
    return !isOver;
  }

  private skipSpace(): void {
    this.at = skipSpace(this.text, this.at);
  }
}

/** A JSON number as `digits` times ten to the `exponent`, without trailing zeros: equal values give equal parts. */
export function decimalParts(text: string): { negative: boolean; digits: string; exponent: number } {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) {
    throw new SyntaxError('not a JSON number');
  }
  const [, sign, integer = '', fraction = '', power = '0'] = match;
  const all = (integer + fraction).replace(/^0+/, '');
  const digits = all.slice(0, significantLength(all));
  const exponent = Number(power) - fraction.length + (all.length - digits.length);
  return { negative: sign === '-' && digits !== '', digits, exponent: digits === '' ? 0 : exponent };
}

/** Without the zeros at the end. A pattern would try every zero as the first of them, in a number as long as a frame. */
function significantLength(digits: string): number {
  let length = digits.length;
  while (digits.charCodeAt(length - 1) === DIGIT_0) {
    length--;
  }
  return length;
}

function canonicalNumber(text: string): string {
  if (SMALL_INTEGER.test(text)) {
    return `${text}e0`;
  }
  const { negative, digits, exponent } = decimalParts(text);
  return digits === '' ? '0' : `${negative ? '-' : ''}${digits}e${exponent}`;
}
