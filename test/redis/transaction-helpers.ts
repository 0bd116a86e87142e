import { GatewayError } from '../../src/protocol/index.js';
import { contentOf, type Dump } from '../support/dump.js';
import { device, till } from '../support/endpoints.js';
import { TERMINALS } from './transaction-steps.js';

export const hasDeviceId = (keyId: string) => keyId !== 't2';

export function principalOf(keyId: string) {
  if (!TERMINALS.includes(keyId)) return till(keyId);
  return device(keyId, hasDeviceId(keyId) ? `TERM-${keyId}` : undefined);
}

/** What a call brought, or the kind of its refusal. */
export async function outcomeOf<T, R>(work: Promise<T>, brought: (value: T) => R): Promise<unknown> {
  try {
    return brought(await work);
  } catch (error) {
    return error instanceof GatewayError ? error.kind : error;
  }
}

/** Mail carries the moment at which it was put into its box, and the sweep one at which it looks at it. */
export function withoutMailTimes(dump: Dump): Record<string, unknown> {
  const entries = Object.entries(contentOf(dump)).map(([name, content]) => {
    const isMail = name.includes(':mailbox:') || name.endsWith(':mail');
    return [name, isMail ? JSON.stringify(content).replace(/"\d{13,16}(?=[ "])/g, '"time') : content];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}
