const MARKED = /(<!-- bench:([\w-]+) -->\n)[^]*?(<!-- \/bench -->)/g;

/**
 * Replaces what stands between `<!-- bench:NAME -->` and the next `<!-- /bench -->`.
 * @param contentOf new content by name; what it has nothing for stays as it is
 * @throws Error if it has something that has no place in the text
 */
export function fillMarkers(text: string, contentOf: ReadonlyMap<string, string>): string {
  const places = new Set([...text.matchAll(MARKED)].map(([, , name]) => name!));
  const homeless = [...contentOf.keys()].filter((name) => !places.has(name));
  if (homeless.length > 0) throw new Error(`The document has no marker for ${homeless.join(', ')}`);
  return text.replace(MARKED, (all: string, start: string, name: string, end: string) => {
    const content = contentOf.get(name);
    return content === undefined ? all : `${start}\n${content}\n\n${end}`;
  });
}
