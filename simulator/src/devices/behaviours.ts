/** What a simulated terminal can do with a payment, and which last two digits of an amount ask for it. */
export const BEHAVIOURS = {
  approve: { cents: '00', about: 'approved at once; so is every amount that is not in this table' },
  'decline-insufficient-funds': { cents: '01', about: 'FAILED, errorCode INSUFFICIENT_FUNDS' },
  'decline-card-expired': { cents: '02', about: 'FAILED, errorCode CARD_EXPIRED' },
  'decline-invalid-pin': { cents: '03', about: 'FAILED, errorCode INVALID_PIN' },
  'decline-do-not-honor': { cents: '04', about: 'FAILED, errorCode DO_NOT_HONOR' },
  'decline-lost-or-stolen': { cents: '05', about: 'FAILED, errorCode LOST_OR_STOLEN' },
  'decline-limit-exceeded': { cents: '06', about: 'FAILED, errorCode LIMIT_EXCEEDED' },
  slow: { cents: '10', about: 'approved after a while, stages shown meanwhile' },
  'cancel-on-terminal': { cents: '11', about: 'CANCELLED by the customer at the terminal' },
  busy: { cents: '12', about: 'FAILED, errorCode TERMINAL_BUSY: the terminal is in its own menu' },
  pending: { cents: '13', about: 'PENDING first, approved after a while' },
  'drop-before-acknowledging': {
    cents: '20',
    about:
      'the connection drops before the payment is read; asked after it, the terminal says it never arrived',
  },
  'drop-after-approval': { cents: '21', about: 'approved, and the connection drops before that is sent' },
  'duplicate-result': { cents: '22', about: 'approved, and said three times' },
  'late-result': { cents: '23', about: 'approved, and away for longer than the grace: it will be voided' },
  'malformed-frame': { cents: '24', about: 'garbage first, then approved' },
  'half-open': { cents: '25', about: 'hangs without a word for longer than the heartbeat, then approves' },
  'never-acknowledges': { cents: '26', about: 'never answers, neither the payment nor questions about it' },
  'contradicting-result': {
    cents: '27',
    about: 'approved, and refused in a second answer that must not count',
  },
} as const;

export type Behaviour = keyof typeof BEHAVIOURS;

/** A rule for the payments of simulated terminals; what it leaves out may be anything. */
export interface Rule {
  /** Device id. */
  terminal?: string;
  /** The whole amount as text, or `*` and its end: `*.37`. */
  amount?: string;
  behaviour: Behaviour;
  /** Of a decline, instead of the behaviour's own. */
  errorCode?: string;
  /** How long the customer takes, ms. */
  afterMs?: number;
}

const BY_CENTS = new Map<string, Behaviour>(
  Object.entries(BEHAVIOURS).map(([name, { cents }]) => [cents, name as Behaviour]),
);

export function isBehaviour(name: string): name is Behaviour {
  return Object.hasOwn(BEHAVIOURS, name);
}

/** The first rule that fits a payment; without one the amount decides. */
export function ruleFor(rules: readonly Rule[], terminalId: string, amount: unknown): Rule {
  const text = String(amount);
  const fits = (rule: Rule) =>
    (rule.terminal === undefined || rule.terminal === terminalId) &&
    (rule.amount === undefined ||
      (rule.amount.startsWith('*') ? text.endsWith(rule.amount.slice(1)) : rule.amount === text));
  return rules.find(fits) ?? { behaviour: behaviourOf(text) };
}

/** @param amount with two digits after its point, `12.01`; any other has no cents */
export function behaviourOf(amount: string): Behaviour {
  const [, cents = '00'] = /\.(\d\d)$/.exec(amount) ?? [];
  return BY_CENTS.get(cents) ?? 'approve';
}

/** The `errorCode` of a decline. */
export function errorCodeOf({ behaviour, errorCode }: Rule): string {
  const code = behaviour === 'busy' ? 'TERMINAL_BUSY' : behaviour.replace('decline-', '').toUpperCase();
  return errorCode ?? code.replaceAll('-', '_');
}
