/** A scrape, taken apart. */
export interface Exposition {
  /** By `name{labels}`, as it stands there. */
  values: ReadonlyMap<string, number>;
  text: string;
}

/** @param headers such as the bearer token */
export async function scrape(
  url: string,
  headers: Record<string, string> = {},
): Promise<Exposition & { status: number; headers: Headers }> {
  const response = await fetch(`${url}/metrics`, { headers, signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, values: valuesOf(text) };
}

function valuesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line): [string, number] => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}
