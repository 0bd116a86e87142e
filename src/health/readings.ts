import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Sessions } from '../connections/index.js';
import { DrainState } from '../edge/index.js';
import { DEADLINE_SETS, DEVICE_TYPES, Metrics, QUEUE_STATES, type QueueState } from '../metrics/index.js';
import { Backlogs, Pulse, type Backlog } from '../presence/index.js';
import { CommandSample, Store } from '../redis/index.js';
import { HintLine } from '../relay/index.js';
import { DeliveryQueue } from '../webhooks/index.js';

/** How old what is known of the store may be: it is asked for 64 partitions, and every instance asks. */
const FRESH_MS = 5_000;
/** How long a scrape waits for the store. */
const PATIENCE_MS = 1_000;
/** Sets whose members are not deadlines. */
const MAIL = 'mail';
/** Every payment that is not final has a deadline here, unless PAYMENT_TIMEOUT_MS is 0. */
const OPEN_PAYMENTS = 'due';

/** What the store says of all instances together. */
interface StoreView {
  backlogs: ReadonlyMap<string, Backlog>;
  messages: number;
  webhooks: Record<QueueState, number>;
}

/** Sets the gauges, which are read only when somebody asks for the metrics. */
@Injectable()
export class Readings implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sample: CommandSample;
  private view: StoreView | undefined;
  private seenAt = Number.NEGATIVE_INFINITY;
  private asking: Promise<void> | undefined;

  constructor(
    private readonly metrics: Metrics,
    private readonly store: Store,
    private readonly sessions: Sessions,
    private readonly drain: DrainState,
    private readonly hints: HintLine,
    private readonly pulse: Pulse,
    private readonly backlogs: Backlogs,
    private readonly webhooks: DeliveryQueue,
  ) {
    const durations = metrics.storeCommandDuration.by('call');
    this.sample = new CommandSample((call, tookMs) => durations[call].observe(tookMs / 1000));
  }

  onApplicationBootstrap(): void {
    this.metrics.watchProcess();
    this.sample.start();
  }

  beforeApplicationShutdown(): void {
    this.sample.stop();
  }

  /** Takes them all. Never rejects, and takes hardly longer than {@link PATIENCE_MS}: what the store does not tell is left out. */
  async take(): Promise<void> {
    await this.askStore();
    this.readStore();
    this.readHere();
  }

  private readHere(): void {
    const { metrics, sessions } = this;
    DEVICE_TYPES.forEach((type) => metrics.connections.of({ device_type: type }).set(sessions.sizeOf(type)));
    metrics.groups.of({}).set(sessions.groupCount);
    let sum = 0;
    let largest = 0;
    for (const session of sessions.all()) {
      const unsent = session.unsentBytes;
      sum += unsent;
      largest = Math.max(largest, unsent);
    }
    metrics.sendBuffer.of({}).set(sum);
    metrics.largestSendBuffer.of({}).set(largest);
    metrics.draining.of({}).set(this.drain.isDraining ? 1 : 0);
    metrics.probeAge.of({}).set(this.hints.probeAgeMs / 1000);
    metrics.leaseAge.of({}).set(this.pulse.ageMs / 1000);
  }

  private readStore(): void {
    const { metrics, view } = this;
    metrics.storeUp.of({}).set(view ? 1 : 0);
    const { size, lagMs } = view?.backlogs.get(MAIL) ?? {};
    metrics.mailboxes.of({}).set(size);
    metrics.mail.of({}).set(view?.messages);
    metrics.oldestMail.of({}).set(seconds(lagMs));
    metrics.openPayments.of({}).set(view?.backlogs.get(OPEN_PAYMENTS)?.size);
    DEADLINE_SETS.forEach((set) => metrics.sweepLag.of({ set }).set(seconds(view?.backlogs.get(set)?.lagMs)));
    QUEUE_STATES.forEach((state) => metrics.webhookQueue.of({ state }).set(view?.webhooks[state]));
  }

  /** A store that is away is asked by one scrape at a time, however many come. */
  private async askStore(): Promise<void> {
    if (!this.store.isReady) {
      this.forget();
      return;
    }
    if (performance.now() - this.seenAt < FRESH_MS) {
      return;
    }
    this.asking ??= this.look().finally(() => (this.asking = undefined));
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise<'overdue'>((resolve) => {
      timer = setTimeout(() => resolve('overdue'), PATIENCE_MS);
    });
    if ((await Promise.race([this.asking, overdue])) === 'overdue') {
      this.forget();
    }
    clearTimeout(timer);
  }

  private async look(): Promise<void> {
    try {
      const [backlogs, messages, webhooks] = await Promise.all([
        this.backlogs.read(),
        this.backlogs.readMail(),
        this.webhooks.size(),
      ]);
      this.view = { backlogs, messages, webhooks };
      this.seenAt = performance.now();
    } catch {
      // Whatever it is, the store has not told: that is what the metrics say, and the log tells of outages.
      this.forget();
    }
  }

  private forget(): void {
    this.view = undefined;
    this.seenAt = Number.NEGATIVE_INFINITY;
  }
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
