import type { ComponentChildren } from 'preact';
import type { PaymentDetail, ResolutionOutcome } from '../api/views.js';
import { Moment, StatusDot } from '../ui/index.js';
import { adviceFor, type Money } from './advice.js';

const MONEY: Record<Money, string> = {
  charged: 'Charged.',
  'not-charged': 'Not charged.',
  unknown: 'Not known.',
  'taken-back': 'Charged, and taken back.',
  open: 'Not decided yet.',
};

export const OUTCOMES: Record<ResolutionOutcome, string> = {
  charged: 'The card was charged, and the purchase is paid',
  'not-charged': 'The card was not charged',
  refunded: 'The card was charged, and the money was given back',
  other: 'Something else, see the note',
};

/** What the state of a payment means, in plain words. @param action what the operator can do about it here */
export function AdvicePanel({ payment, action }: { payment: PaymentDetail; action: ComponentChildren }) {
  const { tone, headline, money, retryWords, next } = adviceFor(payment);
  const { resolution } = payment;
  return (
    <section class={`advice advice--${tone}`} aria-label="What to do">
      <header class="panel__head">
        <h2 class="advice__headline">
          <StatusDot tone={tone} /> {headline}
        </h2>
        {action}
      </header>
      {resolution && (
        <p class="notice notice--good">
          Resolved by {resolution.by}, <Moment at={resolution.at} />: {OUTCOMES[resolution.outcome]}.
          {resolution.note && ` “${resolution.note}”`}
        </p>
      )}
      <dl class="advice__parts">
        <div>
          <dt>The customer’s card</dt>
          <dd>{MONEY[money]}</dd>
        </div>
        <div>
          <dt>Paying again</dt>
          <dd>{retryWords}</dd>
        </div>
        <div>
          <dt>What to do next</dt>
          <dd>
            <ol class="advice__steps">
              {next.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          </dd>
        </div>
      </dl>
    </section>
  );
}
