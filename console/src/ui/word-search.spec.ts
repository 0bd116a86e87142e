import { describe, expect, it } from 'vitest';
import { wordSearch } from './word-search.js';

describe('wordSearch', () => {
  it.each([
    ['nothing', '', true],
    ['blanks', '  ', true],
    ['a part, whatever its case', 'TERM', true],
    ['several parts in any order', 'shop  001', true],
    ['a part that is not there', 'shop 002', false],
  ])('finds by %s', (_what, search, isFound) => {
    expect(wordSearch(search)('term-001\nShop-7')).toBe(isFound);
  });
});
