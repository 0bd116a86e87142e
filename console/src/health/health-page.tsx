import { useEffect, useMemo } from 'preact/hooks';
import type { HealthView } from '../api/views.js';
import { Page } from '../shell/page.js';
import { Badge, EmptyState, Facts, lengthText, Panel } from '../ui/index.js';
import { Chart, type Line } from './chart.js';
import { checksOf, type Check, type Grade } from './checks.js';
import { followHistory, health, history, historyProblem } from './health-store.js';
import { InstanceTable } from './instance-table.js';
import { connections, latency, loopDelay, probeAge, throughput } from './series.js';
import { bytesText } from './units.js';

const GRADE_WORDS: Record<Grade, string> = { good: 'Good', warn: 'Look at it', bad: 'Act' };
const THROUGHPUT: Line[] = [
  { name: 'Approved', colour: 'good' },
  { name: 'Declined', colour: 'off', dash: [6, 3] },
  { name: 'Cancelled', colour: 'warn', dash: [2, 3] },
  { name: 'Given up', colour: 'bad', dash: [10, 4] },
];
const LATENCY: Line[] = [
  { name: 'p50', colour: 'accent' },
  { name: 'p95', colour: 'busy', dash: [6, 3] },
  { name: 'p99', colour: 'bad', dash: [2, 3] },
];
const CONNECTIONS: Line[] = [
  { name: 'Terminals', colour: 'accent' },
  { name: 'Tills', colour: 'busy', dash: [6, 3] },
];
const LOOP: Line[] = [{ name: 'p99', colour: 'accent' }];
const PROBE: Line[] = [{ name: 'Oldest', colour: 'accent' }];

/** Whether the gateway is well, and what to do if it is not. */
export function HealthPage() {
  useEffect(followHistory, []);
  const view = health.value;
  return (
    <Page title="Health">
      {view ? <Now view={view} /> : <EmptyState title="Waiting for the instances to report…" />}
      {historyProblem.value && <p class="notice notice--bad">{historyProblem.value}</p>}
      <Charts />
    </Page>
  );
}

function Now({ view }: { view: HealthView }) {
  const { store } = view;
  return (
    <>
      <Panel title="Checks">
        <ul class="checks">
          {checksOf(view).map((check) => (
            <CheckLine key={check.name} check={check} />
          ))}
        </ul>
      </Panel>
      <Panel title="Instances">
        <InstanceTable view={view} />
      </Panel>
      <Panel title="Store">
        <Facts
          facts={[
            ['Kind', `Redis, ${store.kind}`],
            ['Version', store.version],
            ['Round trip', `${store.pingMs} ms`],
            ['Memory', bytesText(store.usedMemoryBytes)],
            ['Commands', `${Math.round(store.commandsPerSecond)} per second`],
            ['On disk', store.isPersistent ? 'yes' : 'no'],
            ['Open payments', String(view.openPayments)],
            ['Unread mail', `${view.mailbox.waiting}, oldest ${lengthText(view.mailbox.oldestMs)}`],
            ['Sweep lag', lengthText(view.sweepLagMs)],
          ]}
        />
      </Panel>
    </>
  );
}

function CheckLine({ check: { name, grade, found, advice } }: { check: Check }) {
  return (
    <li class="check">
      <Badge tone={grade}>{GRADE_WORDS[grade]}</Badge>
      <strong>{name}</strong>
      <span>{found}</span>
      {advice && <p class="check__advice">{advice}</p>}
    </li>
  );
}

function Charts() {
  const { samples, stepMs } = history.value;
  const figures = useMemo(
    () => ({
      throughput: throughput(samples, stepMs),
      latency: latency(samples),
      connections: connections(samples),
      loopDelay: loopDelay(samples),
      probeAge: probeAge(samples),
    }),
    [samples],
  );
  return (
    <div class="charts">
      <Chart title="Payments, last hour" unit="/s" lines={THROUGHPUT} figures={figures.throughput} />
      <Chart title="From accepted to final" unit="ms" lines={LATENCY} figures={figures.latency} />
      <Chart title="Connections" unit="" lines={CONNECTIONS} figures={figures.connections} />
      <Chart title="Event loop delay" unit="ms" lines={LOOP} figures={figures.loopDelay} />
      <Chart title="Probe age" unit="ms" lines={PROBE} figures={figures.probeAge} />
    </div>
  );
}
