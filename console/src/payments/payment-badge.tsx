import type { PaymentRow } from '../api/views.js';
import { Badge } from '../ui/index.js';
import { STATES } from './states.js';

export function PaymentBadge({ payment: { status } }: { payment: Pick<PaymentRow, 'status'> }) {
  const { name, tone } = STATES[status];
  return <Badge tone={tone}>{name}</Badge>;
}
