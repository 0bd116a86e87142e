import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as presence from '../../src/presence/index.js';
import { end } from '../children.js';
import { residentKib } from '../cpu.js';
import { onInstance, pairs } from '../fleet.js';
import { startGenerator } from '../generator-process.js';
import type { HostileKind, HostileResult, HostileRun } from '../generator/hostile.js';
import { Latencies } from '../generator/latencies.js';
import type { PaymentResult } from '../generator/payment-load.js';
import { ServerProcess } from '../server-process.js';
import type { Measures, Round, Suite } from '../types.js';

const NEIGHBOURS = 50;
const ATTACKERS = 500;
/** Each with so many results of 0.6 KB in its mailbox. */
const PAUSED = 20;
const WAITING = 20_000;
/** Of all keys of the gateway: the mailboxes are filled behind its back. */
const KEY_PREFIX = 'hostile';
const PAYMENTS_PER_SECOND = 100;
const KINDS: HostileKind[] = ['mute', 'silent', 'drip', 'paused', 'deaf', 'bombs', 'bad keys'];
/** Stretches with and without the attack change places, so that a slow minute of the machine hits both alike. */
const STRETCH_S = 5;
/** Of an attack, before its stretch begins: who comes in hundreds costs more than who is there, and is told apart. */
const ARRIVAL_S = 2;
const ORDER = [false, true, true, false];
const PRESENCE = new URL('../../dist/presence/index.js', import.meta.url).href;
const BARE = fileURLToPath(new URL('../targets/echo-server.js', import.meta.url));

interface Stretch {
  attacked: boolean;
  /** While the attackers come. */
  arrival: PaymentResult | undefined;
  /** Payments of the healthy neighbours. */
  paid: PaymentResult;
  attack: HostileResult | undefined;
  rssKib: number;
}

/**
 * What payments of healthy neighbours notice of 500 hostile sockets on the same instance. In the cases that end with `elsewhere` the
 * attack goes to a bare server: it shows what attack and attacker take from the machine, whatever the gateway does.
 */
export const hostileSuite: Suite = {
  name: 'hostile',
  summary:
    'latency of payments and RSS beside 500 hostile sockets, with and without them in turns (--seconds)',
  targets: ['gateway'],
  environment: {
    REDIS_KEY_PREFIX: KEY_PREFIX,
    RATE_LIMIT_CONNECTS_PER_MINUTE: '600',
    RATE_LIMIT_FRAMES_PER_SECOND: '50',
    // Else attackers and neighbours would be one address.
    TRUSTED_PROXIES: '127.0.0.1',
    HTTP_HEADERS_TIMEOUT_MS: '5000',
  },
  columns: {
    p50: 2,
    'p50 attacked': 2,
    p99: 2,
    'p99 attacked': 2,
    'p99 ratio': 2,
    'p99 arriving': 2,
    'RSS MiB': 0,
    'RSS MiB attacked': 0,
    opened: 0,
    ended: 0,
    errors: 0,
    lost: 0,
  },
  ratios: [],
  cases: () => KINDS.flatMap((kind) => [kind, `${kind}, elsewhere`]),
  fleet: () => ({ groups: 2, tills: ATTACKERS, terminals: NEIGHBOURS }),
  async measure(round, name) {
    const [kind, where] = name.split(', ') as [HostileKind, string | undefined];
    const { generator, running, options } = round;
    await generator.call('openPairs', { pairs: neighbours(round) });
    const attacker = startGenerator();
    const bare = where ? await startBare(round) : undefined;
    if (kind === 'paused') await fillMailboxes(round);
    const attack = (seconds: number) =>
      attacker.call<HostileResult>('hostile', {
        kind,
        clients: attackers(round, bare?.wsUrl).slice(0, kind === 'paused' ? PAUSED : ATTACKERS),
        seconds,
      } satisfies HostileRun);
    const pay = (seconds: number) =>
      generator.call<PaymentResult>('pay', { rate: PAYMENTS_PER_SECOND, seconds });
    try {
      await Promise.all([pay(options.warmup), attack(options.warmup)]);
      const stretches: Stretch[] = [];
      for (let i = 0; i < (options.seconds / STRETCH_S) * 2; i++) {
        const attacked = ORDER[i % ORDER.length]!;
        const attacking = attacked ? attack(ARRIVAL_S + STRETCH_S) : Promise.resolve(undefined);
        const arrival = attacked ? await pay(ARRIVAL_S) : undefined;
        const [paid, result] = await Promise.all([pay(STRETCH_S), attacking]);
        const rssKib = residentKib(running.processes[0]!.pid);
        stretches.push({ attacked, arrival, paid, attack: result, rssKib });
      }
      return summary(stretches);
    } finally {
      await end(attacker.child, 'SIGKILL');
      await bare?.stop();
    }
  },
};

/** Of the first group. */
function neighbours(round: Round) {
  const isNeighbour = ({ till }: { till: { key: string } }) => /^key-of-till-0-\d{1,2}$/.test(till.key);
  const tills = round.keys.filter(
    ({ deviceType, groupId }) => deviceType === 'desktop' && groupId === 'group-0',
  );
  const terminals = round.keys.filter(
    ({ deviceType, groupId }) => deviceType === 'terminal' && groupId === 'group-0',
  );
  return pairs({ ...round, keys: [...tills.slice(0, NEIGHBOURS), ...terminals] }).filter(isNeighbour);
}

/** The tills of the second group, on the first instance. @param elsewhere where they go instead */
function attackers(round: Round, elsewhere?: string) {
  const clients = onInstance({ ...round, keys: hostileKeys(round) }, 0);
  return elsewhere === undefined ? clients : clients.map(({ key }) => ({ key, url: elsewhere }));
}

function hostileKeys({ keys }: Round) {
  return keys.filter(({ deviceType, groupId }) => deviceType === 'desktop' && groupId === 'group-1');
}

async function fillMailboxes(round: Round): Promise<void> {
  const { PresenceKeys } = (await import(PRESENCE)) as typeof presence;
  const names = new PresenceKeys(KEY_PREFIX);
  const mailboxes = hostileKeys(round).map(({ groupId, id }) => names.mailbox(groupId, id));
  const fields = Array.from({ length: WAITING }, (_, i) => {
    const frame = { action: 'paymentComplete', transactionId: `tx-${i}`, eventId: `e-${i}` };
    const text = JSON.stringify({ ...frame, paymentResponse: { receiptData: 'x'.repeat(500) } });
    return [`r:tx-${i}`, `${1_000_000 + i} ${text}`] as const;
  });
  await round.redis.fillHashes(mailboxes.slice(0, PAUSED), fields);
}

function startBare({ dir }: Round): Promise<ServerProcess> {
  return ServerProcess.start({
    file: BARE,
    name: 'bare',
    env: { API_KEYS_FILE: join(dir, 'keys.json') },
    dir,
    probed: false,
  });
}

function summary(stretches: Stretch[]): Measures {
  const payments = stretches.flatMap(({ arrival, paid }) => (arrival ? [arrival, paid] : [paid]));
  const problem = payments.find(({ firstProblem }) => firstProblem !== '');
  if (problem) console.warn(`first problem: ${problem.firstProblem}`);
  const [calm, attacked] = [false, true].map((kind) => stretches.filter((one) => one.attacked === kind));
  const latencies = (results: (PaymentResult | undefined)[]) =>
    new Latencies(results.flatMap((result) => result?.latencies ?? [])).summary();
  const largest = (some: Stretch[]) => Math.max(...some.map(({ rssKib }) => rssKib)) / 1024;
  const [without, beside] = [calm!, attacked!].map((some) => latencies(some.map(({ paid }) => paid)));
  const sum = (values: (number | undefined)[]) =>
    values.reduce<number>((total, value) => total + (value ?? 0), 0);
  return {
    p50: without!.p50,
    'p50 attacked': beside!.p50,
    p99: without!.p99,
    'p99 attacked': beside!.p99,
    'p99 ratio': beside!.p99 / without!.p99,
    'p99 arriving': latencies(attacked!.map(({ arrival }) => arrival)).p99,
    'RSS MiB': largest(calm!),
    'RSS MiB attacked': largest(attacked!),
    opened: sum(stretches.map(({ attack }) => attack?.opened)),
    ended: sum(stretches.map(({ attack }) => attack?.ended)),
    errors: sum(payments.map(({ errors }) => errors)),
    lost: sum(payments.map(({ lost }) => lost)),
  };
}
