import type { HealthView, InstanceView } from '../api/views.js';
import { Badge, EmptyState, lengthText, Table, type Column } from '../ui/index.js';
import { bytesText } from './units.js';

/** Every instance, as it has described itself at most two seconds ago. */
export function InstanceTable({ view: { instances, now } }: { view: HealthView }) {
  const columns: Column<InstanceView>[] = [
    { name: 'Instance', cell: ({ id }) => <strong>{id}</strong> },
    { name: 'State', cell: (instance) => <State instance={instance} now={now} /> },
    { name: 'Terminals', cell: ({ terminals }) => terminals, isNumber: true },
    { name: 'Tills', cell: ({ tills }) => tills, isNumber: true },
    { name: 'Probe age', cell: ({ probeAgeMs }) => lengthText(probeAgeMs), isNumber: true },
    { name: 'Sweep age', cell: ({ sweepAgeMs }) => lengthText(sweepAgeMs), isNumber: true },
    { name: 'Loop delay', cell: ({ loopDelayMs }) => lengthText(loopDelayMs), isNumber: true },
    { name: 'Memory', cell: ({ rssBytes }) => bytesText(rssBytes), isNumber: true },
    { name: 'Version', cell: ({ version }) => version },
    { name: 'Up for', cell: ({ startedAt }) => lengthText(now - startedAt), isNumber: true },
  ];
  return (
    <Table
      caption="Instances"
      columns={columns}
      rows={[...instances].sort((a, b) => a.id.localeCompare(b.id))}
      keyOf={({ id }) => id}
      empty={<EmptyState title="No instance has reported yet" />}
    />
  );
}

function State({ instance: { isAlive, isDraining, seenAt }, now }: { instance: InstanceView; now: number }) {
  if (!isAlive) return <Badge tone="bad">Silent for {lengthText(now - seenAt)}</Badge>;
  return isDraining ? <Badge tone="warn">Draining</Badge> : <Badge tone="good">Alive</Badge>;
}
