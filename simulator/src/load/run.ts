import { setTimeout as sleep } from 'node:timers/promises';
import { CannotRun } from '../commands/cannot-run.js';
import type { Rule } from '../devices/behaviours.js';
import type { Target } from '../gateway/target.js';
import type { Transaction } from '../wire/frame.js';
import { check, type Violation } from './checker.js';
import { Fleet } from './fleet.js';
import { casesOf, type Case, type Journals } from './histories.js';
import { Load, type LoadOptions } from './load.js';
import { Tally } from './tally.js';

export interface RunOptions extends LoadOptions {
  terminals?: number | undefined;
  tills?: number | undefined;
  doubles: number;
  rules: readonly Rule[];
  slowMs: number;
  /** Told what is going on, about four times a second. */
  show: (progress: Progress) => void;
  /** Ends the load before its time. */
  signal: AbortSignal;
}

/** What is going on. */
export interface Progress {
  phase: 'connecting' | 'paying' | 'settling' | 'comparing';
  /** Since the load began. */
  elapsedMs: number;
  connected: { tills: number; terminals: number };
  devices: { tills: number; terminals: number };
  reconnects: number;
  begun: number;
  heldBack: number;
  open: number;
  tally: Tally;
}

export interface Outcome extends Omit<Progress, 'phase' | 'elapsedMs'> {
  loadMs: number;
  settleMs: number;
  /** Whether the gateway could be asked for its records. */
  hasRecords: boolean;
  violations: Violation[];
  cases: ReadonlyMap<string, Case>;
}

const SHOW_EVERY_MS = 250;
const POLL_MS = 100;
const CONNECT_LIMIT_MS = 15_000;
/** Beyond the times of the gateway after which everything must be over. */
const SETTLE_MS = 15_000;
const READ_LIMIT_MS = 60_000;

/** A whole run: connect, pay, wait until everything is over, compare. @throws CannotRun if not everybody gets connected */
export async function run(target: Target, options: RunOptions): Promise<Outcome> {
  const tally = new Tally();
  const { seed, doubles, rules, slowMs, terminals, tills } = options;
  const fleet = new Fleet(target, {
    ...{ seed, doubles, terminals, tills },
    manner: { rules, times: target.times, slowMs },
    onNote: (_name, entry) => tally.note(entry),
  });
  const load = new Load(fleet, options);
  let phase: Progress['phase'] = 'connecting';
  let began = Date.now();
  const progress = (): Progress => ({
    ...{ phase, elapsedMs: Date.now() - began, tally, ...countsOf(fleet) },
    ...{ begun: load.begun, heldBack: load.heldBack, open: load.open },
  });
  const shower = setInterval(() => options.show(progress()), SHOW_EVERY_MS);
  try {
    if (fleet.lanes.length === 0) throw new CannotRun('The keys have no till in a group with a terminal');
    await connected(fleet);
    [phase, began] = ['paying', Date.now()];
    await load.run(options.signal);
    const loadMs = Date.now() - began;
    phase = 'settling';
    const settlingSince = Date.now();
    await settle(fleet, load, settleLimit(target));
    const settleMs = Date.now() - settlingSince;
    phase = 'comparing';
    const records = await readRecords(fleet, load);
    const hasRecords = [...records.values()].some(Boolean);
    const cases = casesOf(journals(fleet.terminals), journals(fleet.tills), records);
    for (const { record } of cases) addTimeline(tally, record);
    const { phase: _, elapsedMs: __, ...counts } = progress();
    const violations = check(cases, hasRecords);
    return {
      ...counts,
      loadMs,
      settleMs,
      hasRecords,
      violations,
      cases: new Map(cases.map((c) => [c.tx, c])),
    };
  } finally {
    clearInterval(shower);
    fleet.stop();
  }
}

async function connected(fleet: Fleet): Promise<void> {
  const limit = new AbortController();
  const all = Promise.all(fleet.devices.map((device) => device.untilOpen())).then(() => true);
  const late = sleep(CONNECT_LIMIT_MS, false, { signal: limit.signal }).catch(() => false);
  const isDone = await Promise.race([all, late]);
  limit.abort();
  const missing = fleet.devices.filter(({ isOpen }) => !isOpen);
  if (!isDone || missing.length > 0) {
    throw new CannotRun(`${missing.length} devices could not connect, such as ${missing[0]?.name ?? 'none'}`);
  }
}

/** Everything that waits for a time of the gateway is over then. */
function settleLimit({ times }: Target): number {
  return Math.max(times.graceMs, times.paymentTimeoutMs, times.heartbeatMs) + times.graceMs + SETTLE_MS;
}

/** Waits until every till has its endings and every terminal its acknowledgements. What is not over in time the check finds. */
async function settle(fleet: Fleet, load: Load, limitMs: number): Promise<void> {
  const end = Date.now() + limitMs;
  await load.settle(limitMs);
  const isOver = () =>
    fleet.devices.every(({ isOpen, ended }) => isOpen || ended) && fleet.terminals.every(isSettled);
  while (!isOver() && Date.now() < end) await sleep(POLL_MS);
}

function isSettled({ unsettled }: Fleet['terminals'][number]): boolean {
  return unsettled.length === 0;
}

/** Every transaction as the gateway tells it, read by the till that asked; again where a void is still under way. */
async function readRecords(fleet: Fleet, load: Load): Promise<Map<string, Transaction | undefined>> {
  const records = new Map<string, Transaction | undefined>();
  const end = Date.now() + READ_LIMIT_MS;
  let open = [...load.askedBy.keys()];
  while (open.length > 0 && Date.now() < end) {
    const reading = open.map(async (tx) => records.set(tx, await load.askedBy.get(tx)!.till.read(tx)));
    await Promise.race([Promise.all(reading), sleep(end - Date.now(), undefined, { ref: false })]);
    if (fleet.tills.every(({ isOpen }) => !isOpen)) break;
    open = open.filter((tx) => isUnderWay(records.get(tx)));
    if (open.length > 0 && Date.now() + 1_000 > end - READ_LIMIT_MS + 10_000) break;
    if (open.length > 0) await sleep(POLL_MS);
  }
  return records;
}

function isUnderWay(record: Transaction | undefined): boolean {
  return (
    record?.voidPending === true || record?.status === 'PENDING' || record?.status === 'AWAITING_RECONNECT'
  );
}

function countsOf(fleet: Fleet): Pick<Progress, 'connected' | 'devices' | 'reconnects'> {
  const open = (devices: readonly { isOpen: boolean }[]) => devices.filter(({ isOpen }) => isOpen).length;
  return {
    connected: { tills: open(fleet.tills), terminals: open(fleet.terminals) },
    devices: { tills: fleet.tills.length, terminals: fleet.terminals.length },
    reconnects: fleet.devices.reduce((sum, { connections }) => sum + Math.max(0, connections - 1), 0),
  };
}

function journals(devices: readonly Fleet['devices'][number][]): Journals {
  return new Map(devices.map(({ name, journal }) => [name, journal.entries]));
}

function addTimeline({ latencies }: Tally, record: Transaction | undefined): void {
  const at = (event: string) => Date.parse(record?.timeline?.find((step) => step.event === event)?.at ?? '');
  latencies.add('accepted to handed over', at('claimed') - at('accepted'));
  latencies.add('handed over to received', at('received') - at('claimed'));
  latencies.add('result to confirmed by till', at('receipted') - at('result'));
}
