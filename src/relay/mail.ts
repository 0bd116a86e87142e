import { partitionOf } from '../redis/index.js';
import type { PresenceKeys } from '../presence/index.js';

/**
 * Kinds of mail, the first part of a message id. For a terminal: `p` payment, `c` request to cancel it, `i` inquiry about it,
 * `v` request to void it. For a desktop: `r` result, `l` late result, `w` voided, `x` refused cancellation.
 */
export type MailKind = 'p' | 'c' | 'i' | 'v' | 'r' | 'l' | 'w' | 'x';

/**
 * A transaction id as it stands in keys and hints. Clients choose these ids freely; line feeds would end a part of a hint,
 * and lone surrogates have no UTF-8.
 */
export function escapeId(transactionId: string): string {
  return PLAIN_ID.test(transactionId) ? transactionId : JSON.stringify(transactionId).slice(1, -1);
}

export function unescapeId(escaped: string): string {
  return escaped.includes('\\') ? (JSON.parse(`"${escaped}"`) as string) : escaped;
}

/** Ids that are the same with and without escapes, which nearly all are. */
const PLAIN_ID = /^[\w.:-]*$/;

/** Id of a message in its receiver's mailbox: the same message again replaces itself. */
export function mailId(kind: MailKind, transactionId: string): string {
  return `${kind}:${escapeId(transactionId)}`;
}

export function kindOf(id: string): MailKind {
  return id.slice(0, 1) as MailKind;
}

export function transactionOf(id: string): string {
  return unescapeId(id.slice(2));
}

/** A message as it lies in a mailbox. */
export interface Mail {
  id: string;
  /** Of its deposit: the store's clock, microseconds as text. The same message deposited anew has another one. */
  stamp: string;
  frame: string;
}

/** @param flat ids and texts of messages in turns; a text is `stamp frame`, as deposit.lua writes it */
export function parsePage(flat: readonly string[]): Mail[] {
  const page: Mail[] = [];
  for (let i = 0; i < flat.length; i += 2) {
    const text = flat[i + 1]!;
    const space = text.indexOf(' ');
    page.push({ id: flat[i]!, stamp: text.slice(0, space), frame: text.slice(space + 1) });
  }
  return page;
}

/**
 * | key | type | content |
 * |---|---|---|
 * | `mailbox:<keyId>` | hash | message id → `stamp frame`: everything that the endpoint has not receipted |
 * | `tx:<group>:<escaped transactionId>` | hash | the transaction record, see payments |
 */
export function recordKey(keys: PresenceKeys, groupId: string, transactionId: string): string {
  return keys.of(partitionOf(groupId), `tx:${groupId}:${escapeId(transactionId)}`);
}

/** Lua functions `deposit` and `withdraw`, for scripts of other capabilities that put mail in place atomically. */
export const DEPOSIT_LUA = new URL('./scripts/deposit.lua', import.meta.url);

/** Lua functions `step` and `change`, for scripts that write to a transaction record. */
export const RECORD_LUA = new URL('./scripts/record.lua', import.meta.url);
