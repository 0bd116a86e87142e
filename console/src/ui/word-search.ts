/**
 * How lists are searched: each word of the search stands somewhere in the text, whatever the case and the order.
 * @returns whether a text is found; every text is found by an empty search
 */
export function wordSearch(search: string): (text: string) => boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (text) => {
    const lower = text.toLowerCase();
    return words.every((word) => lower.includes(word));
  };
}
