/**
 * Reading JSON without altering it. `JSON.parse` turns `99999999999999.99` into a binary float; a gateway that hands
 * payments on must not. So values that travel through are cut out of the frame as text and passed on byte for byte.
 */

/** A JSON number as it stood in the frame. */
export class ExactNumber {
  constructor(readonly text: string) {}
}

export const QUOTE = 0x22;
const BACKSLASH = 0x5c;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const SPACE = 0x20;

/** True if no object or array of the text is nested deeper than `maxDepth`. The text need not be valid JSON. */
export function isShallow(text: string, maxDepth: number): boolean {
  // What opens no more often than that cannot be nested deeper, and almost every frame is done with here.
  if (count(text, '{', maxDepth) + count(text, '[', maxDepth) <= maxDepth) {
    return true;
  }
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      i = stringEnd(text, i) - 1;
    } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      if (++depth > maxDepth) {
        return false;
      }
    } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
      depth--;
    }
  }
  return true;
}

/** How often a character stands in a text; more than `enough` are not counted. */
function count(text: string, character: string, enough: number): number {
  let found = 0;
  for (let i = text.indexOf(character); i >= 0 && found <= enough; i = text.indexOf(character, i + 1)) {
    found++;
  }
  return found;
}

/**
 * The members of a JSON object as text, keyed by their decoded names. Of members with the same name the last one counts,
 * as in `JSON.parse`.
 * @param text one JSON object, known to be valid
 */
export function memberTexts(text: string): Map<string, string> {
  const members = new Map<string, string>();
  let i = skipSpace(text, text.indexOf('{') + 1);
  while (text.charCodeAt(i) !== CLOSE_BRACE) {
    const nameEnd = stringEnd(text, i);
    const name = stringValue(text.slice(i, nameEnd));
    const start = skipSpace(text, text.indexOf(':', nameEnd) + 1);
    const end = valueEnd(text, start);
    members.set(name, text.slice(start, end));
    i = skipSpace(text, end);
    if (text.charCodeAt(i) === COMMA) {
      i = skipSpace(text, i + 1);
    }
  }
  return members;
}

/** The object text with one more member in front of the others. */
export function withMember(objectText: string, name: string, valueText: string): string {
  const rest = objectText.slice(objectText.indexOf('{') + 1);
  const separator = rest.trimStart().startsWith('}') ? '' : ',';
  return `{${JSON.stringify(name)}:${valueText}${separator}${rest}`;
}

/** The object text less some members, the others as they stood. */
export function withoutMembers(objectText: string, names: readonly string[]): string {
  const others = [...memberTexts(objectText)].filter(([other]) => !names.includes(other));
  return `{${others.map(([other, value]) => `${JSON.stringify(other)}:${value}`).join(',')}}`;
}

/** The object text open for more members: without its closing brace, with a comma where one is due. */
export function openObject(objectText: string): string {
  const body = objectText.slice(0, objectText.lastIndexOf('}')).trimEnd();
  return body.endsWith('{') ? body : `${body},`;
}

/** The elements of a JSON array as text. @param text one JSON array, known to be valid */
export function elementTexts(text: string): string[] {
  const elements: string[] = [];
  let i = skipSpace(text, 1);
  while (text.charCodeAt(i) !== CLOSE_BRACKET) {
    const end = valueEnd(text, i);
    elements.push(text.slice(i, end));
    i = skipSpace(text, end);
    if (text.charCodeAt(i) === COMMA) {
      i = skipSpace(text, i + 1);
    }
  }
  return elements;
}

/** The index of the first character from `from` on that is no white space. */
export function skipSpace(text: string, from: number): number {
  let i = from;
  while (text.charCodeAt(i) <= SPACE) {
    i++;
  }
  return i;
}

/** The index after the string that begins at `from`; the text's length if it never ends. */
export function stringEnd(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (end - backslashes - 1 > from && text.charCodeAt(end - backslashes - 1) === BACKSLASH) {
      backslashes++;
    }
    if (backslashes % 2 === 0) {
      return end + 1;
    }
  }
  return text.length;
}

/** What a JSON string says. @param text with its quotes, known to be valid */
function stringValue(text: string): string {
  return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
}

/** The index after the value that begins at `from`; the text's length if it never ends. */
export function valueEnd(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === QUOTE) {
    return stringEnd(text, from);
  }
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) {
    let i = from;
    for (let c = first; i < text.length && c > SPACE; c = text.charCodeAt(++i)) {
      if (c === COMMA || c === CLOSE_BRACE || c === CLOSE_BRACKET) {
        break;
      }
    }
    return i;
  }
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      i = stringEnd(text, i) - 1;
    } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      depth++;
    } else if ((c === CLOSE_BRACE || c === CLOSE_BRACKET) && --depth === 0) {
      return i + 1;
    }
  }
  return text.length;
}
