import { useRoute } from 'preact-iso';
import { useEffect, useState } from 'preact/hooks';
import { api, segments } from '../api/client.js';
import { ApiFailure, wordsOf } from '../api/failure.js';
import type { PaymentDetail } from '../api/views.js';
import { onLive } from '../live/stream.js';
import { paths } from '../paths.js';
import { Page } from '../shell/page.js';
import { Button, EmptyState, Facts, Moment, Panel } from '../ui/index.js';
import { AdvicePanel } from './advice-panel.js';
import { JsonBlock } from './json-block.js';
import { PaymentBadge } from './payment-badge.js';
import { ResolveDialog } from './resolve-dialog.js';
import { Timeline } from './timeline-picture.js';

/** One payment: what happened, what it means, and what to do. */
export function PaymentPage() {
  const { group = '', transaction = '' } = useRoute().params;
  const { payment, problem, reload } = usePayment(group, transaction);
  return (
    <Page title="Payment" actions={<a href={paths.payments}>All payments</a>}>
      {problem && <Missing problem={problem} />}
      {payment && <Shown payment={payment} onResolved={reload} />}
      {!payment && !problem && <EmptyState title="Loading the payment…" />}
    </Page>
  );
}

/** The payment, asked for anew whenever the gateway says that it has changed. */
function usePayment(group: string, transaction: string) {
  const [payment, setPayment] = useState<PaymentDetail>();
  const [problem, setProblem] = useState('');
  const reload = async () => {
    try {
      setPayment(await api.get<PaymentDetail>(`/payments${segments(group, transaction)}`));
      setProblem('');
    } catch (error) {
      const isUnknown = error instanceof ApiFailure && error.status === 404;
      setProblem(isUnknown ? 'unknown' : wordsOf(error));
    }
  };
  useEffect(() => {
    void reload();
    return onLive('payments', ({ rows }) => {
      const isOurs = rows.some((row) => row.groupId === group && row.transactionId === transaction);
      if (isOurs) void reload();
    });
  }, [group, transaction]);
  return { payment, problem, reload };
}

function Missing({ problem }: { problem: string }) {
  if (problem !== 'unknown') return <p class="notice notice--bad">{problem}</p>;
  return (
    <EmptyState title="No such payment">
      It may be older than payments are kept. The till still knows its own side of it.
    </EmptyState>
  );
}

function Shown({ payment, onResolved }: { payment: PaymentDetail; onResolved: () => Promise<void> }) {
  const [isResolving, setResolving] = useState(false);
  const resolve = payment.attention && (
    <Button kind={payment.isResolved ? 'plain' : 'primary'} onClick={() => setResolving(true)}>
      {payment.isResolved ? 'Change the resolution' : 'Resolve'}
    </Button>
  );
  return (
    <>
      <div class="payment__head">
        <p class="payment__amount">
          {payment.amount} {payment.currency}
        </p>
        <PaymentBadge payment={payment} />
      </div>
      <AdvicePanel payment={payment} action={resolve} />
      <Panel title="Timeline">
        <Timeline payment={payment} />
      </Panel>
      <Panel title="Facts">
        <PaymentFacts payment={payment} />
      </Panel>
      <div class="payment__texts">
        <JsonBlock title="Request" text={payment.request} />
        {payment.response && <JsonBlock title="Response" text={payment.response} />}
        {payment.lateResponse && <JsonBlock title="Late response" text={payment.lateResponse} />}
        {payment.voidRefusal && <JsonBlock title="Refusal to take it back" text={payment.voidRefusal} />}
        {payment.conflicts?.map((text, index) => (
          <JsonBlock key={index} title={`Contradicting response ${index + 1}`} text={text} />
        ))}
      </div>
      {isResolving && (
        <ResolveDialog payment={payment} onClose={() => setResolving(false)} onResolved={onResolved} />
      )}
    </>
  );
}

function PaymentFacts({ payment }: { payment: PaymentDetail }) {
  const { completedAt, voidedAt, retrySafe, recipients } = payment;
  const retry = retrySafe === undefined ? '' : retrySafe ? 'yes' : 'no';
  return (
    <Facts
      facts={[
        ['Transaction', <span class="mono">{payment.transactionId}</span>],
        ['Group', payment.groupId],
        ['Terminal', payment.terminalId],
        ['Asked by', recipients.length > 0 ? recipients.join(', ') : 'a call over HTTP'],
        ['Method', payment.paymentMethod],
        ['Delivery to the terminal', payment.delivery],
        ['Error code', payment.errorCode && <code>{payment.errorCode}</code>],
        ['retrySafe, as the till was told', retry],
        ['Accepted', <Moment at={payment.createdAt} />],
        ['Final', completedAt && <Moment at={completedAt} />],
        ['Voided', voidedAt && <Moment at={voidedAt} />],
        ['Void reason', payment.voidReason && <code>{payment.voidReason}</code>],
        ['Version', String(payment.version)],
      ]}
    />
  );
}
