import type { KeyKind, KeyView } from '../api/views.js';
import { wordSearch } from '../ui/word-search.js';

/** What the reader wants to see. */
export interface KeyFilter {
  /** Anywhere in id, group, device id or metadata, whatever the case. */
  search: string;
  kind: KeyKind | '';
  state: 'enabled' | 'disabled' | '';
}

export const EVERY_KEY: KeyFilter = { search: '', kind: '', state: '' };

export function filtered(keys: readonly KeyView[], { search, kind, state }: KeyFilter): readonly KeyView[] {
  const isFound = wordSearch(search);
  if (search.trim() === '' && kind === '' && state === '') return keys;
  return keys.filter((key) => {
    if (kind !== '' && key.kind !== kind) return false;
    if (state !== '' && key.isDisabled !== (state === 'disabled')) return false;
    return isFound(textOf(key));
  });
}

/** A list of 10,000 keys is searched with every keystroke. */
const texts = new WeakMap<KeyView, string>();

function textOf(key: KeyView): string {
  const known = texts.get(key);
  if (known !== undefined) return known;
  const { id, groupId = '', deviceId = '', metadata } = key;
  const text = `${id}\n${groupId}\n${deviceId}\n${JSON.stringify(metadata)}`;
  texts.set(key, text);
  return text;
}
