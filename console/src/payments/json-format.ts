const INDENT = '  ';

/**
 * A JSON text on several lines. Only the space between its parts changes: numbers and strings stay as they went over the wire,
 * which parsing and writing again would not promise. A text that is no JSON comes back as it is.
 */
export function formatJson(text: string): string {
  const parts = partsOf(text);
  if (parts === undefined) return text;
  let depth = 0;
  let out = '';
  for (const [index, part] of parts.entries()) {
    const isEmpty = isOpening(part) && isClosing(parts[index + 1] ?? '');
    if (isClosing(part)) depth--;
    const followsOpening = isOpening(parts[index - 1] ?? '');
    if (isClosing(part) ? !followsOpening : followsOpening) out += newLine(depth);
    out += part;
    if (part === ',') out += newLine(depth);
    if (part === ':') out += ' ';
    if (isOpening(part)) depth += 1;
    if (isEmpty) continue;
  }
  return out;
}

/** Strings, brackets, separators, and anything else between them as one part; undefined if they do not fit together. */
function partsOf(text: string): string[] | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? undefined;
}

function newLine(depth: number): string {
  return `\n${INDENT.repeat(Math.max(depth, 0))}`;
}

function isOpening(part: string): boolean {
  return part === '{' || part === '[';
}

function isClosing(part: string): boolean {
  return part === '}' || part === ']';
}
