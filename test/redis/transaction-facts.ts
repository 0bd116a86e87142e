export const OUTCOMES = { SUCCESS: 'COMPLETED', FAILED: 'FAILED', CANCELLED: 'CANCELLED' } as const;
export type FinalAnswer = keyof typeof OUTCOMES;
export type Policy = 'void' | 'deliver';
export type Verdict = '' | 'true' | 'false';

/** A transaction as the reference sees it. */
export interface ModelTransaction {
  terminal: string;
  /** What the terminal was called in the request. */
  terminalId: string;
  amount: string;
  recipients: string[];
  status: 'PENDING' | 'AWAITING_RECONNECT' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'VOIDED';
  delivery: 'queued' | 'sent' | 'received';
  version: number;
  /** Of the claim that holds. */
  token?: string | undefined;
  dispatches: number;
  /** Its deadline has passed. */
  due: boolean;
  /** The terminal was asked and has not answered. */
  inquiry: boolean;
  askers: string[];
  retrySafe?: Verdict;
  /** Why the gateway gave it up. */
  failure?: string;
  late?: FinalAnswer;
  voidPending: boolean;
  voidRefused: boolean;
  /** Contradictions to what stands, each text once. */
  conflicts: Set<string>;
}

export function isOpen({ status }: { status: string }): boolean {
  return status === 'PENDING' || status === 'AWAITING_RECONNECT';
}

/** The terminal has it, and its answer would make a difference. */
export function mayStillEnd({ status, dispatches, failure, late }: ModelTransaction): boolean {
  return dispatches > 0 && (isOpen({ status }) || (!!failure && !late));
}

/** A change that clients see. */
export function change(known: ModelTransaction, fields: Partial<ModelTransaction>): void {
  Object.assign(known, fields, { version: known.version + 1 });
}

export function add(list: string[], entry: string): void {
  if (!list.includes(entry)) list.push(entry);
}
