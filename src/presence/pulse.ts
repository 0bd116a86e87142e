import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import type { Logger } from '../logging/index.js';
import { Metrics, type Count } from '../metrics/index.js';
import { PARTITIONS, Store, StoreUnavailable } from '../redis/index.js';
import { fromMember } from './keys.js';
import { Presence } from './presence.js';
import { Reaper } from './reaper.js';
import * as scripts from './scripts.js';
import type { Beat } from './scripts.js';
import { StoreClock } from './store-clock.js';

/** A sorted set of deadlines in every partition, and what is to be done when one is due. */
export interface DeadlineSet {
  /** Key name within a partition. */
  name: string;
  /**
   * Acts on a due member. The effect must lie in a script that checks the deadline again, because every instance sweeps.
   * A member stays due, and comes again, until that script has removed it.
   */
  onDue(groupId: string, id: string): Promise<void>;
}

const LONGEST_INTERVAL_MS = 500;
/** Where no client of this instance is, nobody of this instance waits for a deadline. */
const UNUSED_INTERVAL_MS = 2_000;
/** How long a partition counts as used after it was last attended to. */
const USED_FOR_MS = 5_000;
const PROBE_INTERVAL_MS = 1_400;
/** Most members of one deadline set that one beat takes on. */
const SWEEP_LIMIT = 200;
/** How often members whose time is over are forgotten. Nothing waits for that. */
const TRIM_INTERVAL_MS = 10_000;
/** Most members of one set that are forgotten at a time: a backlog of days must not hold the store up. */
const TRIM_LIMIT = 5_000;
/** The partitions take their turns, so that no tick does all the work. */
const SLICES = 8;

/**
 * The pulse of this instance: in every partition it renews the lease, sweeps what is due and sends a probe through
 * pub/sub. Every instance sweeps everything; there is no leader.
 */
@Injectable()
export class Pulse {
  private readonly sets: DeadlineSet[] = [];
  private readonly indexes: string[] = [];
  private readonly inFlight = new Set<number>();
  private readonly lastProbe = new Array<number>(PARTITIONS).fill(0);
  private readonly lastTrim = new Array<number>(PARTITIONS).fill(0);
  private readonly intervalMs: number;
  private readonly unusedIntervalMs: number;
  private timer: NodeJS.Timeout | undefined;
  private slice = 0;
  private onLapsed: (partition: number) => void = () => {};
  private readonly usedUntil = new Array<number>(PARTITIONS).fill(0);
  /** When every partition was last reached, ms; 0 = not yet. */
  private readonly reachedAt = new Array<number>(PARTITIONS).fill(0);
  /** Until when this instance does not judge others in a partition, ms. */
  private readonly waitsUntil = new Array<number>(PARTITIONS).fill(0);
  private readonly clock = new StoreClock();
  private troubled = false;
  private readonly missed: Count;
  private readonly lapsed: Count;

  constructor(
    private readonly store: Store,
    private readonly presence: Presence,
    private readonly reaper: Reaper,
    metrics: Metrics,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {
    this.intervalMs = Math.min(LONGEST_INTERVAL_MS, Math.floor(config.instanceLeaseMs / 3));
    this.unusedIntervalMs = Math.min(UNUSED_INTERVAL_MS, this.intervalMs * 4) - this.intervalMs;
    this.missed = metrics.leaseRenewalsMissed.of({});
    this.lapsed = metrics.leasesLapsed.of({});
    this.watch({ name: 'grace', onDue: (groupId, keyId) => presence.endGrace(groupId, keyId) });
  }

  watch(set: DeadlineSet): void {
    this.sets.push(set);
  }

  /** Of every deadline set that is swept. */
  get setNames(): string[] {
    return this.sets.map(({ name }) => name);
  }

  /** @param index key name of a sorted set in every partition, whose members are forgotten when their score has passed (ms) */
  forget(index: string): void {
    this.indexes.push(index);
  }

  /** @param onLapsed called when others may have taken this instance for dead in a partition */
  async start(onLapsed: (partition: number) => void): Promise<void> {
    const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);
    await Promise.all(
      this.together(all).map(async (partitions) => {
        const beats = await this.renew(partitions);
        await Promise.all(partitions.map((partition, i) => this.attendTo(partition, beats[i]!)));
      }),
    );
    this.onLapsed = (partition) => {
      this.lapsed.add();
      onLapsed(partition);
    };
    this.timer = setInterval(() => this.tick(), this.intervalMs / SLICES);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** A client of this instance lives in the partition: its deadlines matter here. To be said again every few seconds. */
  attend(partition: number): void {
    this.usedUntil[partition] = Date.now() + USED_FOR_MS;
  }

  /** Ends the leases at once, for a stop in which all endpoints were handed over. */
  async release(): Promise<void> {
    const { presence, config } = this;
    await this.store.ask((redis) =>
      Promise.all(
        Array.from({ length: PARTITIONS }, (_, p) =>
          redis.zrem(presence.keys.of(p, 'leases'), config.incarnation),
        ),
      ),
    );
  }

  /** A moment of this instance's clock on the store's clock, ms. */
  storeTime(localMs: number): number {
    return this.clock.of(localMs);
  }

  /** ms since the partition that was reached longest ago was reached. */
  get ageMs(): number {
    return Date.now() - Math.min(...this.reachedAt);
  }

  private tick(): void {
    const now = Date.now();
    const wanted: number[] = [];
    for (let partition = this.slice; partition < PARTITIONS; partition += SLICES) {
      const isDue =
        now < this.usedUntil[partition]! || now - this.reachedAt[partition]! >= this.unusedIntervalMs;
      // One beat at a time per partition: a slow store must not pile them up.
      if (isDue && this.inFlight.has(partition)) {
        this.missed.add();
      } else if (isDue) {
        wanted.push(partition);
      }
    }
    this.slice = (this.slice + 1) % SLICES;
    this.together(wanted).forEach((some) => void this.guardedBeat(some));
  }

  /** What one call can do: on Redis Cluster it can not reach further than one partition. */
  private together(partitions: number[]): number[][] {
    if (this.store.isCluster) {
      return partitions.map((partition) => [partition]);
    }
    return partitions.length === 0 ? [] : [partitions];
  }

  private async guardedBeat(partitions: number[]): Promise<void> {
    partitions.forEach((partition) => this.inFlight.add(partition));
    try {
      const beats = await this.renew(partitions);
      this.noteTrouble(undefined);
      partitions.forEach((partition, i) => void this.guardedAttend(partition, beats[i]!));
    } catch (error) {
      this.missed.add(partitions.length);
      this.noteTrouble(error);
      partitions.forEach((partition) => this.inFlight.delete(partition));
    }
  }

  /** Each partition on its own: what takes long in one must not keep the leases of the others from being renewed. */
  private async guardedAttend(partition: number, beat: Beat): Promise<void> {
    try {
      await this.attendTo(partition, beat);
    } catch (error) {
      this.noteTrouble(error);
    } finally {
      this.inFlight.delete(partition);
    }
  }

  private async renew(partitions: number[]): Promise<Beat[]> {
    const { keys } = this.presence;
    const { incarnation, instanceLeaseMs } = this.config;
    const probing = partitions.filter((p) => Date.now() - this.lastProbe[p]! >= PROBE_INTERVAL_MS);
    const beats = await this.store.run(
      scripts.beat,
      {},
      { instance: incarnation, leaseMs: instanceLeaseMs, limit: SWEEP_LIMIT, sets: this.sets.length },
      {
        keys: partitions.flatMap((p) => ['leases', ...this.setNames].map((name) => keys.of(p, name))),
        args: partitions.map((p) => (probing.includes(p) ? keys.channel(p, incarnation) : '')),
      },
    );
    const now = Date.now();
    partitions.forEach((partition) => (this.reachedAt[partition] = now));
    probing.forEach((partition) => (this.lastProbe[partition] = now));
    this.clock.note(beats[0]!.now, now);
    return beats;
  }

  /** Sees to what a beat has told of a partition. */
  private async attendTo(partition: number, { lapsed, deadInstances, due }: Beat): Promise<void> {
    if (lapsed) {
      // Whatever kept this instance from the store may have kept the others too: they get the time to come back.
      this.waitsUntil[partition] = Date.now() + this.config.instanceLeaseMs;
      this.onLapsed(partition);
    }
    if (Date.now() >= this.waitsUntil[partition]!) {
      for (const instance of deadInstances) {
        await this.reaper.bury(partition, instance);
      }
    }
    await Promise.all(this.sets.map((set, i) => this.sweep(set, due[i] ?? [])));
    await this.trim(partition);
  }

  private async sweep(set: DeadlineSet, members: string[]): Promise<void> {
    const results = await Promise.allSettled(
      members.map((member) => {
        const { groupId, id } = fromMember(member);
        return set.onDue(groupId, id);
      }),
    );
    for (const result of results) {
      if (result.status === 'rejected') {
        this.noteTrouble(result.reason);
      }
    }
  }

  private async trim(partition: number): Promise<void> {
    if (this.indexes.length > 0 && Date.now() - this.lastTrim[partition]! >= TRIM_INTERVAL_MS) {
      this.lastTrim[partition] = Date.now();
      const keys = this.indexes.map((name) => this.presence.keys.of(partition, name));
      await this.store.run(scripts.trim, {}, { limit: TRIM_LIMIT }, { keys });
    }
  }

  /** An outage is one line when it begins and one when it ends, not one per partition and beat. */
  private noteTrouble(error: unknown): void {
    if (error && !(error instanceof StoreUnavailable)) {
      this.logger.error({ err: error }, 'sweep failed');
    } else if (error && !this.troubled) {
      this.troubled = true;
      this.logger.warn({ err: error }, 'store not reachable, leases are not renewed');
    } else if (!error && this.troubled) {
      this.troubled = false;
      this.logger.info('store reachable again');
    }
  }
}
