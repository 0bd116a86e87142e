import { paths } from '../paths.js';
import { Badge, type Tone } from '../ui/index.js';
import { STEPS, type Life, type LifeStatus, type Step } from './life.js';

const STEP_NAMES: Record<Step, string> = {
  asked: 'Till asks',
  accepted: 'Accepted',
  sent: 'Sent',
  received: 'Received',
  result: 'Result',
  pushed: 'Pushed',
};

const STATUS: Record<LifeStatus, { tone: Tone; text: string }> = {
  PENDING: { tone: 'busy', text: 'PENDING: at the terminal' },
  AWAITING_RECONNECT: { tone: 'warn', text: 'AWAITING_RECONNECT: the terminal is gone' },
  COMPLETED: { tone: 'good', text: 'COMPLETED: paid' },
  FAILED: { tone: 'bad', text: 'FAILED: not paid' },
  CANCELLED: { tone: 'off', text: 'CANCELLED' },
  VOIDED: { tone: 'off', text: 'VOIDED: not charged' },
  REFUSED: { tone: 'bad', text: 'Refused by the gateway' },
};

/** The way of the current payment, hop by hop. */
export function LifeStrip({ life, groupId }: { life: Life | undefined; groupId: string }) {
  return (
    <section class="life" aria-label="Life of the payment">
      <header class="life__head">
        {life ? <Heading life={life} groupId={groupId} /> : <p class="muted">No payment yet. Press Pay.</p>}
      </header>
      <ol class="life__steps">
        {STEPS.map((step) => (
          <li
            key={step}
            class={life?.steps[step] === undefined ? 'life__step' : 'life__step life__step--done'}
          >
            <span>{STEP_NAMES[step]}</span>
            <span class="life__ms">{life ? sinceAsked(life, step) : '–'}</span>
          </li>
        ))}
      </ol>
      {life && life.incidents.length > 0 && (
        <ol class="life__incidents">
          {life.incidents.map(({ at, text }, i) => (
            <li key={i}>
              <span class="life__ms">{msText(at - life.steps.asked!)}</span> {text}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Heading({ life, groupId }: { life: Life; groupId: string }) {
  const { tone, text } = STATUS[life.status];
  return (
    <>
      <strong>
        {life.amount} {life.currency}
      </strong>
      <span role="status">
        <Badge tone={tone}>{text}</Badge>
      </span>
      {life.detail && <code>{life.detail}</code>}
      {life.asks > 1 && (
        <span class="muted">
          asked {life.asks} times, handed over {life.handOvers === 1 ? 'once' : `${life.handOvers} times`}
        </span>
      )}
      {life.status !== 'REFUSED' && (
        <a class="life__link" href={paths.payment(groupId, life.transactionId)}>
          Show in Payments
        </a>
      )}
    </>
  );
}

function sinceAsked({ steps }: Life, step: Step): string {
  const at = steps[step];
  return at === undefined ? '–' : msText(at - steps.asked!);
}

function msText(ms: number): string {
  return ms > 0 && ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
