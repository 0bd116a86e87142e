import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/client.js';
import { wordsOf } from '../api/failure.js';
import type { FloorKey, FloorRow, PaymentRow, PaymentsPage } from '../api/views.js';
import { paths } from '../paths.js';
import { PaymentBadge } from '../payments/payment-badge.js';
import { Ago, Dialog, Facts, Moment, Panel } from '../ui/index.js';
import { Condition } from './floor-list.js';
import { board, boardVersion, refreshActivity } from './floor-store.js';

const SHOWN_PAYMENTS = '8';

/** One terminal: who it is, how it is connected, and what it has done last. */
export function TerminalPanel({ terminal, onClose }: { terminal: FloorKey; onClose: () => void }) {
  void boardVersion.value;
  const row = board.find(terminal);
  useEffect(() => void (row && refreshActivity([row])), []);
  return (
    <Dialog title={row?.terminalId ?? 'Terminal'} onClose={onClose} isPanel>
      {row ? (
        <Known row={row} />
      ) : (
        <p>This terminal has no device id and has left: it will be a new one when it comes back.</p>
      )}
    </Dialog>
  );
}

function Known({ row }: { row: FloorRow }) {
  const { groupId, transactionId, lastActivity, connectedAt, roundTripMs } = row;
  return (
    <>
      <Facts
        facts={[
          ['Condition', <Condition row={row} />],
          ['Group', groupId],
          ['Device id', row.deviceId ?? 'none: known by its key alone'],
          ['Key', row.keyId],
          ['Instance', row.instance],
          ['Connection', row.connectionId && <span class="mono">{row.connectionId}</span>],
          ['Connected', connectedAt && <Ago at={connectedAt} />],
          ['Last activity', lastActivity && <Ago at={lastActivity} />],
          ['Round trip', roundTripMs === undefined ? '' : `${roundTripMs} ms`],
        ]}
      />
      {transactionId && (
        <p class="notice notice--warn">
          A payment is open on it: <a href={paths.payment(groupId, transactionId)}>{transactionId}</a>
        </p>
      )}
      <LatestPayments row={row} />
    </>
  );
}

function LatestPayments({ row: { groupId, terminalId, transactionId } }: { row: FloorRow }) {
  const [payments, setPayments] = useState<PaymentRow[]>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    api
      .get<PaymentsPage>('/payments', { group: groupId, terminal: terminalId, limit: SHOWN_PAYMENTS })
      .then((page) => setPayments(page.payments))
      .catch((error: unknown) => setProblem(wordsOf(error)));
    // A payment that begins or ends on it is a reason to look again.
  }, [groupId, terminalId, transactionId]);
  return (
    <Panel
      title="Latest payments"
      aside={
        <a
          href={`${paths.payments}?${new URLSearchParams({ group: groupId, terminal: terminalId }).toString()}`}
        >
          All
        </a>
      }
    >
      {problem && <p class="notice notice--bad">{problem}</p>}
      {payments?.length === 0 && <p class="muted">None within the time that payments are kept.</p>}
      <ul class="brief">
        {payments?.map((payment) => (
          <li key={payment.transactionId}>
            <a href={paths.payment(groupId, payment.transactionId)}>
              {payment.amount} {payment.currency}
            </a>
            <PaymentBadge payment={payment} />
            <Moment at={payment.updatedAt} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
