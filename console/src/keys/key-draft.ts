import type { CreateKeyRequest, KeyKind } from '../api/views.js';

/** A key as it stands in the form. */
export interface KeyDraft {
  kind: KeyKind;
  groupId: string;
  id: string;
  deviceId: string;
  /** JSON, or empty. */
  metadata: string;
}

export const EMPTY_DRAFT: KeyDraft = { kind: 'desktop', groupId: '', id: '', deviceId: '', metadata: '' };

export type DraftField = Exclude<keyof KeyDraft, 'kind'>;
export type DraftProblems = Partial<Record<DraftField, string>>;

/** The gateway judges names by the same rule; here it spares the user a round trip. */
const NAME = /^[\x20-\x7e]{1,128}$/;
const NAME_RULE = '1 to 128 printable ASCII characters';

/** Which fields a kind of key has. */
export function fieldsOf(kind: KeyKind): readonly DraftField[] {
  if (kind === 'admin') return ['id'];
  return kind === 'terminal' ? ['groupId', 'deviceId', 'id', 'metadata'] : ['groupId', 'id'];
}

/** What to ask of the gateway, or what is wrong with the draft, by field. */
export function judged(draft: KeyDraft): { request: CreateKeyRequest } | { problems: DraftProblems } {
  const fields = fieldsOf(draft.kind);
  const problems: DraftProblems = {};
  if (fields.includes('groupId') && draft.groupId === '') {
    problems.groupId = 'A till or terminal belongs to a group, for example the shop';
  }
  for (const field of ['groupId', 'id', 'deviceId'] as const) {
    const text = draft[field];
    if (fields.includes(field) && text !== '' && !NAME.test(text)) problems[field] = NAME_RULE;
  }
  const metadata = fields.includes('metadata') ? objectIn(draft.metadata) : undefined;
  if (metadata === null) problems.metadata = 'A JSON object, such as {"counter":"3"}';
  if (Object.keys(problems).length > 0) return { problems };
  const texts = fields.filter((field) => field !== 'metadata' && draft[field] !== '');
  const named = Object.fromEntries(texts.map((field) => [field, draft[field]]));
  return { request: { kind: draft.kind, ...named, ...(metadata && { metadata }) } };
}

/** @returns undefined for an empty text, null for what is no object */
function objectIn(text: string): object | null | undefined {
  if (text.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
