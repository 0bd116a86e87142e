import { useEffect, useState } from 'preact/hooks';
import { api, segments } from '../api/client.js';
import { wordsOf } from '../api/failure.js';
import type { DeliveriesView, DeliveryView, EndpointView } from '../api/views.js';
import { storeNow } from '../live/clock.js';
import { paths } from '../paths.js';
import {
  Badge,
  Button,
  Dialog,
  EmptyState,
  Field,
  Moment,
  tell,
  tellFailure,
  type Tone,
} from '../ui/index.js';
import { attemptInWords, deliveryInWords } from './delivery-words.js';

const TONES: Record<DeliveryView['status'], Tone> = {
  pending: 'busy',
  delivered: 'good',
  failed: 'bad',
  dropped: 'off',
};
const STATUSES = Object.keys(TONES) as DeliveryView['status'][];

/** While something is on its way, its outcome appears by itself. */
const REFRESH_MS = 1_500;

/** What was sent to one endpoint, and what it said to it. */
export function Deliveries({ of, onClose }: { of: EndpointView; onClose: () => void }) {
  const [status, setStatus] = useState<DeliveryView['status'] | ''>('');
  const { deliveries, problem, replace } = useDeliveries(of, status);
  return (
    <Dialog title={`Deliveries to ${of.url}`} isPanel onClose={onClose}>
      <Field label="Status">
        {(control) => (
          <select
            {...control}
            value={status}
            onChange={(event) => setStatus(event.currentTarget.value as DeliveryView['status'] | '')}
          >
            <option value="">All</option>
            {STATUSES.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </Field>
      {problem !== '' && (
        <p class="notice notice--bad" role="alert">
          {problem}
        </p>
      )}
      {deliveries?.length === 0 && (
        <EmptyState title="No deliveries">Payments that are asked with webhookMode appear here.</EmptyState>
      )}
      <ul class="deliveries">
        {deliveries?.map((delivery) => (
          <Delivery key={delivery.deliveryId} of={delivery} endpoint={of} onChange={replace} />
        ))}
      </ul>
    </Dialog>
  );
}

function useDeliveries({ groupId, endpointId }: EndpointView, status: string) {
  const [deliveries, setDeliveries] = useState<readonly DeliveryView[]>();
  const [problem, setProblem] = useState('');
  const path = `/webhooks${segments(groupId, endpointId)}/deliveries`;
  const isMoving = deliveries?.some((delivery) => delivery.status === 'pending') ?? false;
  useEffect(() => {
    let isCurrent = true;
    const load = async () => {
      try {
        const view = await api.get<DeliveriesView>(path, { status });
        if (isCurrent) setDeliveries(view.deliveries);
        if (isCurrent) setProblem('');
      } catch (error) {
        if (isCurrent) setProblem(wordsOf(error));
      }
    };
    void load();
    const timer = isMoving ? setInterval(() => void load(), REFRESH_MS) : undefined;
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [path, status, isMoving]);
  const replace = (changed: DeliveryView) =>
    setDeliveries((all) => all?.map((one) => (one.deliveryId === changed.deliveryId ? changed : one)));
  return { deliveries, problem, replace };
}

interface DeliveryProps {
  of: DeliveryView;
  endpoint: EndpointView;
  onChange: (delivery: DeliveryView) => void;
}

function Delivery({ of: delivery, endpoint, onChange }: DeliveryProps) {
  const { status, eventType, transactionId, attempts, createdAt } = delivery;
  return (
    <li class="delivery">
      <div class="delivery__head">
        <strong>{eventType}</strong>
        <Badge tone={TONES[status]}>{deliveryInWords(delivery, storeNow())}</Badge>
      </div>
      <p class="break">
        <Moment at={Date.parse(createdAt)} /> ·{' '}
        <a href={paths.payment(endpoint.groupId, transactionId)}>{transactionId}</a>
      </p>
      {attempts.length > 0 && (
        <details>
          <summary>{attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`}</summary>
          <ol>
            {attempts.map((attempt) => (
              <li key={attempt.at}>
                <Moment at={Date.parse(attempt.at)} /> {attemptInWords(attempt)}
              </li>
            ))}
          </ol>
        </details>
      )}
      <Redeliver of={delivery} endpoint={endpoint} onChange={onChange} />
    </li>
  );
}

function Redeliver({ of: { deliveryId, status }, endpoint, onChange }: DeliveryProps) {
  const [isBusy, setBusy] = useState(false);
  const { groupId, endpointId } = endpoint;
  const redeliver = async () => {
    setBusy(true);
    try {
      const path = `/webhooks${segments(groupId, endpointId)}/deliveries${segments(deliveryId)}/redeliver`;
      onChange(await api.post<DeliveryView>(path));
      tell('It is sent again');
    } catch (error) {
      tellFailure(error);
    }
    setBusy(false);
  };
  return (
    <div class="buttons">
      <Button isBusy={isBusy} disabled={status === 'pending'} onClick={() => void redeliver()}>
        Send again
      </Button>
    </div>
  );
}
