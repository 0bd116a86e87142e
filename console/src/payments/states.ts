import type { Attention, PaymentRow, TransactionState } from '../api/views.js';
import type { Tone } from '../ui/index.js';

/** How each state is shown. */
export const STATES: Record<TransactionState, { name: string; tone: Tone }> = {
  PENDING: { name: 'Pending', tone: 'busy' },
  AWAITING_RECONNECT: { name: 'Awaiting terminal', tone: 'warn' },
  COMPLETED: { name: 'Paid', tone: 'good' },
  FAILED: { name: 'Failed', tone: 'bad' },
  CANCELLED: { name: 'Cancelled', tone: 'off' },
  VOIDED: { name: 'Voided', tone: 'warn' },
};

export const ATTENTION: Record<Attention, string> = {
  uncertain: 'Charged or not?',
  'void-pending': 'To be taken back',
  conflict: 'Two outcomes',
};

/** What stands beside the state: what is to be looked at, or why it failed. */
export function noteOf({ attention, isResolved, errorCode }: PaymentRow): string {
  if (attention) return isResolved ? `${ATTENTION[attention]} Resolved.` : ATTENTION[attention];
  return errorCode ?? '';
}
