import type { HealthView, InstanceView } from '../api/views.js';
import { lengthText } from '../ui/time.js';

export type Grade = 'good' | 'warn' | 'bad';

/** One thing that can be wrong, what is measured, and what to do while it is. */
export interface Check {
  name: string;
  grade: Grade;
  /** What is measured. */
  found: string;
  /** In plain words; '' while all is well. */
  advice: string;
}

/** ms from which a figure is worth a look, and from which something is wrong. */
interface Limits {
  warn: number;
  bad: number;
}

/** Probes travel every 1.4 s; an instance that hears none for 5 s calls itself deaf and opens its subscription anew. */
const PROBE: Limits = { warn: 5_000, bad: 15_000 };
/** Partitions are swept every 0.5 to 2 s. */
const SWEEP: Limits = { warn: 5_000, bad: 15_000 };
const OVERDUE: Limits = { warn: 2_000, bad: 10_000 };
/** A connected client reads within its round trip. */
const MAIL: Limits = { warn: 10_000, bad: 60_000 };
const PING: Limits = { warn: 50, bad: 500 };
const LOOP: Limits = { warn: 100, bad: 500 };

/** Every check, the worst first. */
export function checksOf(health: HealthView): Check[] {
  const alive = health.instances.filter(({ isAlive }) => isAlive);
  const checks = [
    instances(health),
    storeAnswers(health),
    storeKeeps(health),
    hints(alive),
    sweeps(alive),
    deadlines(health),
    mail(health),
    loop(alive),
  ];
  const order: Grade[] = ['bad', 'warn', 'good'];
  return checks.sort((a, b) => order.indexOf(a.grade) - order.indexOf(b.grade));
}

function instances({ instances: all, now }: HealthView): Check {
  const dead = all.filter(({ isAlive }) => !isAlive);
  const draining = all.filter(({ isAlive, isDraining }) => isAlive && isDraining);
  const name = 'Instances';
  if (dead.length > 0) {
    const ages = dead.map(({ id, seenAt }) => `${id}: silent for ${lengthText(now - seenAt)}`).join(', ');
    const advice =
      'Its tills and terminals connect elsewhere by themselves, and its payments are picked up. Read its log, and start it again.';
    return { name, grade: 'bad', found: ages, advice };
  }
  if (draining.length > 0) {
    const advice = 'Shutting down: it takes nothing new and finishes what it has. Nothing to do.';
    return { name, grade: 'warn', found: `${namesOf(draining)}: draining`, advice };
  }
  return { name, grade: 'good', found: `${all.length} of ${all.length} alive`, advice: '' };
}

function storeAnswers({ store }: HealthView): Check {
  return {
    name: 'Store answers',
    ...graded(
      store.pingMs,
      PING,
      'Each payment asks the store several times. Look at its load and at the network between; is another program using it?',
    ),
  };
}

function storeKeeps({ store: { isPersistent } }: HealthView): Check {
  const advice =
    'Writes do not reach a disk: a restart of the store loses open payments and results not yet read. Switch on its append-only file.';
  return {
    name: 'Store keeps what is written',
    grade: isPersistent ? 'good' : 'warn',
    found: isPersistent ? 'on disk' : 'in memory only',
    advice: isPersistent ? '' : advice,
  };
}

function hints(alive: readonly InstanceView[]): Check {
  const advice =
    'It does not hear the others: results still arrive, up to a second later. It opens its subscription anew by itself; if that does not help, look at pub/sub on the store.';
  return { name: 'Hints between instances', ...worst(alive, 'probeAgeMs', PROBE, advice) };
}

function sweeps(alive: readonly InstanceView[]): Check {
  const advice =
    'It does not look for deadlines that have passed. The other instances do; if none does, payments of lost terminals stay open. Is the store slow, or the instance overloaded?';
  return { name: 'Sweeps for deadlines', ...worst(alive, 'sweepAgeMs', SWEEP, advice) };
}

function deadlines({ sweepLagMs }: HealthView): Check {
  const advice =
    'Payments that should have been given up are still open, and tills wait for them. Look at the sweeps and at the store.';
  return { name: 'Overdue deadlines', ...graded(sweepLagMs, OVERDUE, advice) };
}

function mail({ mailbox: { waiting, oldestMs } }: HealthView): Check {
  const advice =
    'Somebody is connected and does not read: a till or a terminal that hangs, or a network that swallows. What waits for it is kept, and told again when it reconnects.';
  const { grade, found, advice: words } = graded(oldestMs, MAIL, advice);
  const text =
    waiting === 0 ? 'nobody has unread mail' : `${waiting} with unread mail, since ${found} at most`;
  return { name: 'Mailboxes', grade, found: text, advice: words };
}

function loop(alive: readonly InstanceView[]): Check {
  const advice =
    'The process is busier than it can be: everything on it takes that much longer. Start another instance, or give it a faster core.';
  return { name: 'Event loop delay (p99)', ...worst(alive, 'loopDelayMs', LOOP, advice) };
}

type Figure = 'probeAgeMs' | 'sweepAgeMs' | 'loopDelayMs';

/** Grades the instance that is worst off. */
function worst(alive: readonly InstanceView[], figure: Figure, limits: Limits, advice: string) {
  const [last] = [...alive].sort((a, b) => b[figure] - a[figure]);
  if (!last) return { grade: 'good' as const, found: 'no instance', advice: '' };
  const { grade, found, advice: words } = graded(last[figure], limits, advice);
  return { grade, found: `${found} (${last.id})`, advice: words };
}

function graded(ms: number, { warn, bad }: Limits, advice: string): Omit<Check, 'name'> {
  const grade = gradeOf(ms, { warn, bad });
  return { grade, found: lengthText(ms), advice: grade === 'good' ? '' : advice };
}

function gradeOf(ms: number, { warn, bad }: Limits): Grade {
  if (ms >= bad) return 'bad';
  return ms >= warn ? 'warn' : 'good';
}

function namesOf(instances: readonly InstanceView[]): string {
  return instances.map(({ id }) => id).join(', ');
}
