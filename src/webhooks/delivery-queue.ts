import { Inject, Injectable } from '@nestjs/common';
import { DelayedError, Queue, Worker, type Job } from 'bullmq';
import type { Config } from '../config/index.js';
import type { Logger } from '../logging/index.js';
import type { QueueState } from '../metrics/index.js';
import { asStoreError, Store, StoreUnavailable } from '../redis/index.js';
import type { DeliveryRef } from './delivery.js';

/** That a delivery of some round is to be seen to. */
export interface Errand extends DeliveryRef {
  round: number;
}

/** @returns when to come back, ms since the epoch; undefined if nothing is left to do */
export type Work = (errand: Errand) => Promise<number | undefined>;

const NAME = 'deliveries';
/** Errands in hand on one instance; each is little more than an open connection. */
const CONCURRENCY = 200;
/** An errand of an instance that died goes to another after this, and at the most STALLED_CHECK_MS later. */
const LOCK_MS = 10_000;
const STALLED_CHECK_MS = 2_000;
const RETRY_FETCH_MS = 1_000;
/** When an errand itself failed, most likely because the store was away. */
const FAULT_PAUSE_MS = 3_000;
/** How many attempts a delivery gets is decided by its record, never by the queue: it must not give up by itself. */
const ENDLESS = 1_000_000_000;
const KEPT_EVENTS = 100;

/**
 * Carries errands to whichever instance has room, now or when they are due. It may lose or repeat one: the delivery log is
 * the truth, and sees that every pending delivery has an errand.
 *
 * | key | type | content |
 * |---|---|---|
 * | `{webhooks}:deliveries:…` | several | the queue, as BullMQ keeps it |
 */
@Injectable()
export class DeliveryQueue {
  private readonly queue: Queue<Errand>;
  private readonly prefix: string;
  private worker: Worker<Errand> | undefined;
  private isTroubled = false;

  constructor(
    private readonly store: Store,
    @Inject('CONFIG') config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {
    this.prefix = `${config.redisKeyPrefix}:{webhooks}`;
    this.queue = new Queue(NAME, {
      connection: store.commands,
      prefix: this.prefix,
      streams: { events: { maxLen: KEPT_EVENTS } },
      defaultJobOptions: {
        attempts: ENDLESS,
        backoff: { type: 'fixed', delay: FAULT_PAUSE_MS },
        removeOnComplete: true,
        removeOnFail: true,
        stackTraceLimit: 0,
      },
    });
    // The store reports the troubles of its own client, and whoever adds an errand gets its error.
    this.queue.on('error', () => {});
  }

  /**
   * Adds an errand unless it is there already.
   * @param at when it is due, ms since the epoch; 0 = now
   */
  async add(errand: Errand, at = 0): Promise<void> {
    const jobId = `${errand.deliveryId}-${errand.round}`;
    const delay = Math.max(0, at - Date.now());
    await this.store.ask(() => this.queue.add(NAME, errand, { jobId, delay }));
  }

  /** How many errands of all instances are to be seen to. */
  async size(): Promise<Record<QueueState, number>> {
    const counts = await this.store.ask(() => this.queue.getJobCounts('wait', 'active', 'delayed'));
    const { wait: waiting = 0, active = 0, delayed = 0 } = counts;
    return { waiting, active, delayed };
  }

  /** Begins to take errands. */
  start(work: Work): void {
    const client = this.store.workerClient();
    client.on('ready', () => this.noteTrouble(undefined));
    this.worker = new Worker<Errand>(NAME, (job, token) => this.carry(job, token!, work), {
      connection: client,
      prefix: this.prefix,
      concurrency: CONCURRENCY,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: ENDLESS,
      runRetryDelay: RETRY_FETCH_MS,
    });
    this.worker.on('error', (error) => this.noteTrouble(error));
    this.worker.on('failed', (job, error) => {
      if (!(asStoreError(error) instanceof StoreUnavailable)) {
        this.logger.error({ err: error, deliveryId: job?.data.deliveryId }, 'a webhook errand failed');
      }
    });
  }

  /** Takes no further errand. */
  async pause(): Promise<void> {
    await this.worker?.pause(true);
  }

  /**
   * Waits until the errands in hand are done.
   * @returns false if the time was not enough; to be called again, or left to the other instances
   */
  async close(limitMs: number): Promise<boolean> {
    const closed = (this.worker?.close() ?? Promise.resolve()).then(() => true);
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), limitMs);
    });
    const isClosed = await Promise.race([closed, overdue]);
    clearTimeout(timer);
    return isClosed;
  }

  private async carry(job: Job<Errand>, token: string, work: Work): Promise<void> {
    const again = await work(job.data);
    if (again !== undefined) {
      await job.moveToDelayed(again, token);
      throw new DelayedError();
    }
  }

  /** An outage is one line when it begins and one when it ends. */
  private noteTrouble(error: Error | undefined): void {
    if (error && !(asStoreError(error) instanceof StoreUnavailable)) {
      this.logger.warn({ err: error }, 'trouble in the webhook queue');
    } else if (error && !this.isTroubled) {
      this.isTroubled = true;
      this.logger.warn({ err: error }, 'store not reachable, webhooks wait');
    } else if (!error && this.isTroubled) {
      this.isTroubled = false;
      this.logger.info('store reachable again, webhooks go on');
    }
  }
}
