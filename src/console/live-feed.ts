import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DrainState } from '../edge/index.js';
import { Instances } from '../instances/index.js';
import { KeyStore } from '../keys/index.js';
import type { Logger } from '../logging/index.js';
import { PaymentIndex } from '../payments/index.js';
import { FloorIndex } from '../presence/index.js';
import { GatewayError } from '../protocol/index.js';
import { StoreUnavailable } from '../redis/index.js';
import { FloorWatch } from './floor-watch.js';
import { HealthBoard } from './health-board.js';
import { PaymentList } from './payment-list.js';
import { PaymentWatch } from './payment-watch.js';
import type { FloorUpdate, PaymentsUpdate } from './views.js';
import { eventText, HEARTBEAT_TEXT, type Viewer } from './viewer.js';

/** How often the store is asked what has changed: a page shows it within two seconds. */
const LOOK_MS = 700;
const HEALTH_MS = 2_000;
const HEARTBEAT_MS = 10_000;
const SESSION_CHECK_MS = 500;
const MOST_VIEWERS = 32;
const SNAPSHOT_BATCH = 500;
const FIRST_PAYMENTS = 50;
/** Payments that changed so shortly before are followed too: some of them are still open. */
const LOOK_BACK_MS = 15_000;

/** What an instance watches while somebody looks. */
interface Watch {
  floor: FloorWatch;
  payments: PaymentWatch;
  /** Members of terminals whose payment has changed and that were not looked at yet. */
  touched: Set<string>;
  isLoaded: Promise<void>;
  timers: NodeJS.Timeout[];
}

/**
 * What all pages that watch on this instance are told. It costs nothing while nobody watches, and about the same for one as
 * for all of them: the store is asked once, and what has changed is sent to everybody.
 */
@Injectable()
export class LiveFeed implements OnApplicationShutdown {
  private readonly viewers = new Set<Viewer>();
  private watch: Watch | undefined;

  constructor(
    private readonly floorIndex: FloorIndex,
    private readonly paymentIndex: PaymentIndex,
    private readonly paymentList: PaymentList,
    private readonly keys: KeyStore,
    private readonly board: HealthBoard,
    private readonly instances: Instances,
    @Inject('LOGGER') private readonly logger: Logger,
    drain: DrainState,
  ) {
    drain.onBegin(() => this.endAll());
  }

  onApplicationShutdown(): void {
    this.endAll();
  }

  /**
   * Sends a viewer the state of everything, then what changes, until it goes.
   * @throws GatewayError `TOO_MANY_VIEWERS`
   * @throws StoreUnavailable if nothing can be shown yet
   */
  async join(viewer: Viewer): Promise<void> {
    if (this.viewers.size >= MOST_VIEWERS) {
      throw new GatewayError('TOO_MANY_VIEWERS');
    }
    this.viewers.add(viewer);
    const watch = (this.watch ??= this.begin());
    try {
      await watch.isLoaded;
      viewer.begin();
      await this.sendSnapshot(viewer, watch);
    } catch (error) {
      this.leave(viewer);
      throw error;
    }
  }

  leave(viewer: Viewer): void {
    this.viewers.delete(viewer);
    viewer.end();
    if (this.viewers.size === 0 && this.watch) {
      this.watch.timers.forEach((timer) => clearTimeout(timer));
      this.watch = undefined;
    }
  }

  private endAll(): void {
    [...this.viewers].forEach((viewer) => this.leave(viewer));
  }

  private begin(): Watch {
    const floor = new FloorWatch(this.floorIndex, this.keys);
    const payments = new PaymentWatch(this.paymentIndex, this.instances.now() - LOOK_BACK_MS);
    const isLoaded = Promise.all([floor.load(), payments.poll()]).then(() => undefined);
    const watch: Watch = { floor, payments, touched: new Set(), isLoaded, timers: [] };
    isLoaded.then(
      () => {
        this.repeat(watch, LOOK_MS, () => this.look(watch));
        this.repeat(watch, HEALTH_MS, () => this.tellHealth());
        this.repeat(watch, SESSION_CHECK_MS, () => this.checkSessions());
        this.repeat(watch, HEARTBEAT_MS, () => Promise.resolve(this.tell(HEARTBEAT_TEXT)));
      },
      () => undefined,
    );
    return watch;
  }

  /** One at a time, with a pause between them: a slow store must not pile them up. */
  private repeat(watch: Watch, pauseMs: number, work: () => Promise<void>): void {
    const slot = watch.timers.length;
    const next = () => {
      if (this.watch !== watch) return;
      watch.timers[slot] = setTimeout(() => {
        work()
          .catch((error: unknown) => this.note(error))
          .finally(next);
      }, pauseMs);
    };
    next();
  }

  private async look({ floor, payments, touched }: Watch): Promise<void> {
    const { rows, terminals } = await payments.poll();
    terminals.forEach((member) => touched.add(member));
    if (rows.length > 0) {
      this.tell(eventText('payments', { now: payments.now, rows } satisfies PaymentsUpdate));
    }
    const update = await floor.poll(touched);
    touched.clear();
    if (update) {
      this.tell(eventText('floor', update));
    }
  }

  private async tellHealth(): Promise<void> {
    this.tell(eventText('health', await this.board.view()));
  }

  private async checkSessions(): Promise<void> {
    await Promise.all(
      [...this.viewers].map(async (viewer) => {
        if (!(await viewer.isSignedIn())) {
          this.leave(viewer);
        }
      }),
    );
  }

  /** What changes while it is under way is told in between; each event says what is true when it is sent. */
  private async sendSnapshot(viewer: Viewer, { floor, payments }: Watch): Promise<void> {
    const members = floor.members();
    for (let i = 0; viewer.isOpen && (i === 0 || i < members.length); i += SNAPSHOT_BATCH) {
      const rows = floor.rows(members.slice(i, i + SNAPSHOT_BATCH));
      const isComplete = i + SNAPSHOT_BATCH >= members.length;
      const update: FloorUpdate = { now: floor.now, rows, gone: [], ...(isComplete && { isComplete }) };
      await viewer.sendPaced(eventText('floor', update));
      await nextTurn();
    }
    const { payments: latest } = await this.paymentList.page({ attention: false }, FIRST_PAYMENTS);
    await viewer.sendPaced(eventText('payments', { now: payments.now, rows: latest.reverse() }));
    await viewer.sendPaced(eventText('health', await this.board.view()));
  }

  private tell(text: string): void {
    for (const viewer of [...this.viewers]) {
      viewer.send(text);
      if (!viewer.isOpen) {
        this.leave(viewer);
      }
    }
  }

  private note(error: unknown): void {
    if (error instanceof StoreUnavailable) {
      this.logger.debug({ err: error }, 'the console waits for the store');
    } else {
      this.logger.error({ err: error }, 'the console could not be told what has changed');
    }
  }
}
