import type { TimelineStep } from '../api/views.js';

/** Who takes part, in the order in which the picture shows them. */
export const LANES = ['till', 'gateway', 'terminal'] as const;
export type Lane = (typeof LANES)[number];

/** One line of the picture: something that went from one to another, or happened at one of them. */
export interface Hop {
  event: string;
  /** In plain words. */
  words: string;
  from: Lane;
  /** The same as `from` for what happened in one place. */
  to: Lane;
  /** The way is interrupted from here on, or again whole. */
  line?: 'cut' | 'back';
  at: number;
  instance: string;
  /** ms since the payment was accepted. */
  sinceStartMs: number;
  /** ms since the line above. */
  sinceLastMs: number;
}

type Kind = Pick<Hop, 'words' | 'from' | 'to' | 'line'>;

const KINDS: Record<string, Kind> = {
  accepted: { words: 'The till asked; the gateway took the payment on', from: 'till', to: 'gateway' },
  claimed: { words: 'Claimed: nobody else may send it', from: 'gateway', to: 'gateway' },
  returned: { words: 'Not sent after all; free to be claimed again', from: 'gateway', to: 'gateway' },
  sent: { words: 'Written to the terminal’s connection', from: 'gateway', to: 'terminal' },
  received: { words: 'Proven to be read by the terminal', from: 'terminal', to: 'gateway' },
  cancelRequested: { words: 'The till asked to cancel', from: 'till', to: 'gateway' },
  cancelRefused: { words: 'Too late to cancel, says the terminal', from: 'terminal', to: 'gateway' },
  disconnected: {
    words: 'The terminal’s connection was lost',
    from: 'terminal',
    to: 'terminal',
    line: 'cut',
  },
  reconnected: { words: 'The terminal came back', from: 'terminal', to: 'terminal', line: 'back' },
  result: { words: 'The outcome was stored', from: 'terminal', to: 'gateway' },
  pushed: { words: 'The result was written to the till’s connection', from: 'gateway', to: 'till' },
  receipted: { words: 'Proven to be read by the till', from: 'till', to: 'gateway' },
  lateResult: { words: 'An answer came after the payment was given up', from: 'terminal', to: 'gateway' },
  voided: { words: 'The terminal took the charge back', from: 'terminal', to: 'gateway' },
  voidRefused: { words: 'The terminal did not take the charge back', from: 'terminal', to: 'gateway' },
};

const ORDER = Object.keys(KINDS);

/** Outcomes that the gateway gave by itself: no message of the terminal stands behind them. */
const OWN_OUTCOMES = new Set(['NOT_DELIVERED', 'TERMINAL_DISCONNECTED', 'NO_RESPONSE']);

/** @param errorCode of the payment: tells who gave the outcome */
export function hopsOf(timeline: readonly TimelineStep[], errorCode?: string): Hop[] {
  const steps = [...timeline].sort((a, b) => a.at - b.at || rank(a.event) - rank(b.event));
  const start = steps[0]?.at ?? 0;
  return steps.map(({ event, at, instance }, index) => ({
    event,
    at,
    instance,
    sinceStartMs: at - start,
    sinceLastMs: at - (steps[index - 1]?.at ?? at),
    ...kindOf(event, errorCode),
  }));
}

/** Within the same millisecond, the order in which a payment goes its way. What the terminal names comes before its outcome. */
function rank(event: string): number {
  const index = ORDER.indexOf(event);
  return index < 0 ? ORDER.indexOf('result') - 0.5 : index;
}

function kindOf(event: string, errorCode: string | undefined): Kind {
  if (event === 'result' && OWN_OUTCOMES.has(errorCode ?? '')) {
    return { words: 'Given up by the gateway', from: 'gateway', to: 'gateway' };
  }
  // Anything else is a stage that the terminal itself has named.
  const known = Object.hasOwn(KINDS, event) ? KINDS[event] : undefined;
  return known ?? { words: `The terminal says: ${event}`, from: 'terminal', to: 'gateway' };
}

/** A stretch of the payment's time, and who had it. */
export interface Stretch {
  name: string;
  ms: number;
  tone: 'gateway' | 'line' | 'terminal' | 'till';
}

/** Where the time went, from accepted until the till had the result; only stretches whose both ends are known. */
export function stretchesOf(timeline: readonly TimelineStep[]): Stretch[] {
  const at = new Map(timeline.map((step) => [step.event, step.at]));
  const ends: [name: string, tone: Stretch['tone'], from: string[], to: string][] = [
    ['Gateway', 'gateway', ['accepted'], 'sent'],
    ['Way to the terminal', 'line', ['sent'], 'received'],
    ['Terminal and customer', 'terminal', ['received', 'sent', 'accepted'], 'result'],
    ['Gateway', 'gateway', ['result'], 'pushed'],
    ['Way to the till', 'till', ['pushed'], 'receipted'],
  ];
  return ends.flatMap(([name, tone, from, to]) => {
    const start = from.map((event) => at.get(event)).find((ms) => ms !== undefined);
    const end = at.get(to);
    // The way of a receipt and the answer itself may arrive in either order.
    return start === undefined || end === undefined ? [] : [{ name, tone, ms: Math.max(0, end - start) }];
  });
}
