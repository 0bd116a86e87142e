import { reaches, type Layer } from './layers.js';

/** What a value must be like where it is not known beforehand. */
export class Matcher {
  constructor(
    readonly about: string,
    readonly accepts: (value: unknown) => boolean,
  ) {}

  toJSON(): string {
    return `<${this.about}>`;
  }
}

/** A part of a shape that is looked at only where its layer counts. */
class Layered {
  constructor(
    readonly layer: Layer,
    readonly shape: Shape,
  ) {}

  toJSON(): unknown {
    return this.shape;
  }
}

/**
 * What is expected of a JSON value: literals, {@link Matcher}s, and arrays and objects of shapes. An object may have more
 * members than its shape names, because extensions are additive; an array may not.
 */
export type Shape =
  | string
  | number
  | boolean
  | null
  | Matcher
  | Layered
  | readonly Shape[]
  | { readonly [member: string]: Shape };

export type ObjectShape = { readonly [member: string]: Shape };

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export const TIME = new Matcher('ISO 8601 UTC time with milliseconds', (value) => matches(value, ISO_TIME));
export const TEXT = new Matcher('text', (value) => typeof value === 'string' && value !== '');
export const NUMBER = new Matcher('number', (value) => typeof value === 'number');
/** The member must not be there. */
export const ABSENT = new Matcher('absent', (value) => value === undefined);

export const text = (pattern: RegExp) =>
  new Matcher(`text like ${pattern}`, (value) => matches(value, pattern));
export const oneOf = (...values: readonly (string | number | boolean)[]) =>
  new Matcher(`one of ${values.join(', ')}`, (value) => values.includes(value as string));
/** The contract's own choice: not looked at in a gateway that follows only what is published. */
export const chosen = (shape: Shape): Shape => new Layered('chosen', shape);
/** Beyond what is published. */
export const extension = (shape: Shape): Shape => new Layered('extensions', shape);
/** An array that has at least these elements, in any order. */
export const including = (...elements: readonly Shape[]) =>
  new Matcher(`array with ${JSON.stringify(elements)}`, (value) => {
    const actual = Array.isArray(value) ? (value as unknown[]) : [];
    return elements.every((element) =>
      actual.some((item) => differences(element, item, 'extensions').length === 0),
    );
  });

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

/**
 * Where a value is not as expected.
 * @param highest members of higher layers are not looked at
 * @returns one line for each difference: path, what was expected, what came
 */
export function differences(shape: Shape, actual: unknown, highest: Layer, path = ''): string[] {
  if (shape instanceof Layered) {
    return reaches(highest, shape.layer) ? differences(shape.shape, actual, highest, path) : [];
  }
  if (shape instanceof Matcher) {
    return shape.accepts(actual) ? [] : [difference(path, shape, actual)];
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(actual) || actual.length !== shape.length) return [difference(path, shape, actual)];
    return shape.flatMap((element: Shape, i) => differences(element, actual[i], highest, `${path}[${i}]`));
  }
  if (typeof shape === 'object' && shape !== null) {
    if (typeof actual !== 'object' || actual === null) return [difference(path, shape, actual)];
    return Object.entries(shape).flatMap(([name, member]) =>
      differences(
        member,
        (actual as Record<string, unknown>)[name],
        highest,
        path ? `${path}.${name}` : name,
      ),
    );
  }
  return Object.is(shape, actual) ? [] : [difference(path, shape, actual)];
}

function difference(path: string, shape: Shape, actual: unknown): string {
  const came = actual === undefined ? 'nothing' : JSON.stringify(actual);
  return `${path || 'value'}: expected ${JSON.stringify(shape)}, came ${came}`;
}
