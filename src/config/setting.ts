import { isIP } from 'node:net';

/** One environment variable: its default, its rule, and what operators read about it. */
export interface Setting<T> {
  readonly name: string;
  readonly doc: string;
  readonly default: T;
  /** How the default is shown when it is not a plain value. */
  readonly shownDefault?: string;
  /** @throws Error whose message completes "NAME must be …"; it never repeats the value */
  parse(text: string): T;
}

const MAX_TIMER_MS = 2 ** 31 - 1;

export function integer(
  name: string,
  fallback: number,
  min: number,
  doc: string,
  max = MAX_TIMER_MS,
): Setting<number> {
  return {
    name,
    doc,
    default: fallback,
    parse: (text) => {
      const value = Number(text);
      if (!/^\d+$/.test(text) || value < min || value > max) {
        throw new Error(`an integer from ${min} to ${max}`);
      }
      return value;
    },
  };
}

export function text<T extends string | undefined>(
  name: string,
  fallback: T,
  doc: string,
  shownDefault?: string,
) {
  return {
    name,
    doc,
    default: fallback,
    ...(shownDefault && { shownDefault }),
    parse: (value: string) => value,
  };
}

/** @param rule that every item must keep */
export function list(
  name: string,
  doc: string,
  rule: RegExp | ((item: string) => boolean),
  what: string,
): Setting<string[]> {
  const keeps = typeof rule === 'function' ? rule : (item: string) => rule.test(item);
  return {
    name,
    doc,
    default: [],
    parse: (value) => {
      const items = value
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean);
      if (items.length === 0 || !items.every((item) => keeps(item))) {
        throw new Error(`a comma-separated list of ${what}`);
      }
      return items;
    },
  };
}

export function choice<T extends string>(
  name: string,
  fallback: T,
  options: readonly T[],
  doc: string,
): Setting<T> {
  return {
    name,
    doc,
    default: fallback,
    parse: (value) => {
      if (!(options as readonly string[]).includes(value)) {
        throw new Error(`one of ${options.join(', ')}`);
      }
      return value as T;
    },
  };
}

export function fraction(name: string, fallback: number, doc: string): Setting<number> {
  return {
    name,
    doc,
    default: fallback,
    parse: (text) => {
      const value = Number(text);
      if (!/^\d*\.?\d+$/.test(text) || value > 1) {
        throw new Error('a number from 0 to 1');
      }
      return value;
    },
  };
}

export function matching(name: string, rule: RegExp, what: string, doc: string): Setting<string | undefined> {
  return {
    name,
    doc,
    default: undefined,
    parse: (value) => {
      if (!rule.test(value)) {
        throw new Error(what);
      }
      return value;
    },
  };
}

/** An IP address, or a network as a CIDR. */
export function isNetwork(value: string): boolean {
  const [address = '', bits, ...rest] = value.split('/');
  const family = isIP(address);
  const widest = family === 4 ? 32 : 128;
  const isWidth = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest);
  return family !== 0 && isWidth && rest.length === 0;
}
