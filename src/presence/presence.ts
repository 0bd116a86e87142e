import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { terminalStatusFrame } from '../protocol/index.js';
import { partitionOf, Store } from '../redis/index.js';
import { activityText, type Activity } from './activity.js';
import {
  identityOf,
  listEntry,
  ownedDetails,
  parseOwned,
  type Endpoint,
  type ListEntry,
} from './endpoint.js';
import { fromMember, memberOf, partitionOfConnection, PresenceKeys } from './keys.js';
import * as scripts from './scripts.js';

export interface Registered {
  kind: 'registered';
  /** Grows with every owner of the endpoint; every write on behalf of the connection carries it. */
  epoch: number;
  /** The store's clock at registration, ms. */
  now: number;
  /** Status updates of the group up to this number happened before. */
  statusSequence: number;
  /** A terminal with a payment that is not final. */
  hasOpenPayment: boolean;
  /** The endpoint was never connected before. */
  isFirst: boolean;
  /** Mail came while it was away, or is not proven to be read. Of what comes from now on a hint tells. */
  hasMail: boolean;
}

/** `displaced`: a newer connection owns the endpoint. */
export type Registration = Registered | { kind: 'displaced' };

/** What came of a drop. `stale`: a newer connection owns the endpoint, or it was dropped before. */
export interface Drop {
  kind: 'reconnecting' | 'offline' | 'stale';
  /** A payment of the dropped terminal is not final. */
  openPayment: boolean;
}

/** Terminals whose activity is stored at once: more would hold up others in the store and here. */
const ACTIVITIES = 250;

/**
 * Who is connected where. An endpoint is an API key; its hash names the owning instance, the connection and the epoch.
 * Online means: the hash says so and the owner's lease lives.
 */
@Injectable()
export class Presence {
  readonly keys: PresenceKeys;
  private readonly instance: string;

  constructor(
    private readonly store: Store,
    @Inject('CONFIG') private readonly config: Config,
  ) {
    this.keys = new PresenceKeys(config.redisKeyPrefix);
    this.instance = config.incarnation;
  }

  /**
   * Makes a new connection the owner of its endpoint, unless another one is online there.
   * @param since when its socket was opened, ms of the store's clock: if the owner's was opened later, this one is displaced
   */
  async connect(endpoint: Endpoint, since: number): Promise<Registration | { kind: 'occupied' }> {
    const answer = await this.register(endpoint, 'connect', 0, since);
    return answer[0] === 'occupied' ? { kind: 'occupied' } : registrationOf(answer);
  }

  /** As {@link connect}, and displaces an older connection, wherever it is. Only for one whose peer is known to live. */
  async takeOver(endpoint: Endpoint, since: number): Promise<Registration> {
    return registrationOf(await this.register(endpoint, 'takeOver', 0, since));
  }

  /** Gives a live connection its registration back after this instance was taken for dead or the store was emptied. */
  async restore(endpoint: Endpoint, epoch: number): Promise<Registration> {
    // In an emptied store it counts as the oldest socket: whoever connects from now on is newer.
    return registrationOf(await this.register(endpoint, 'restore', epoch, 0));
  }

  private register(
    endpoint: Endpoint,
    mode: 'connect' | 'takeOver' | 'restore',
    epoch: number,
    since: number,
  ): Promise<string[]> {
    const { principal, connectionId, connectedAt } = endpoint;
    const { groupId, keyId, deviceType, deviceId } = principal;
    return this.store.run(scripts.register, this.keys.around(groupId, keyId), {
      keyId,
      member: memberOf(groupId, keyId),
      group: groupId,
      instance: this.instance,
      leaseMs: this.config.instanceLeaseMs,
      channel: this.keys.channel(partitionOf(groupId)),
      mode,
      epoch,
      connection: connectionId,
      deviceType,
      deviceId: deviceId ?? '',
      entry: listEntry(endpoint, 'online', this.instance),
      details: ownedDetails(endpoint),
      update:
        deviceType === 'terminal' ? terminalStatusFrame('connected', identityOf(endpoint), connectedAt) : '',
      since,
    });
  }

  /**
   * Records that a connection is gone. Does nothing if a newer one owns the endpoint.
   * @param deadInstance whose death is the reason; without it the connection's socket has closed
   */
  async drop(endpoint: Endpoint, deadInstance = ''): Promise<Drop> {
    const { groupId, keyId, deviceType, deviceId } = endpoint.principal;
    const event = deviceId === undefined ? 'disconnected' : 'reconnecting';
    const [kind, openPayment] = await this.store.run(scripts.drop, this.keys.around(groupId, keyId), {
      keyId,
      member: memberOf(groupId, keyId),
      group: groupId,
      connection: endpoint.connectionId,
      channel: this.keys.channel(partitionOf(groupId)),
      deviceType,
      deviceId: deviceId ?? '',
      graceMs: this.config.gracePeriodMs,
      entry: listEntry(endpoint, 'reconnecting', ''),
      update: deviceType === 'terminal' ? terminalStatusFrame(event, identityOf(endpoint)) : '',
      deadInstance,
    });
    return { kind: kind as Drop['kind'], openPayment: Boolean(openPayment) };
  }

  /** Ends the grace of a terminal if it is over and the terminal is not back. */
  async endGrace(groupId: string, keyId: string): Promise<void> {
    const around = this.keys.around(groupId, keyId);
    const [text, epoch] = await this.store.ask((redis) =>
      Promise.all([redis.hget(around.terminals, keyId), redis.hget(around.endpoint, 'epoch')]),
    );
    if (!text || !epoch) {
      await this.store.ask((redis) => redis.zrem(around.grace, memberOf(groupId, keyId)));
      return;
    }
    const entry = JSON.parse(text) as ListEntry;
    await this.store.run(scripts.expire, around, {
      keyId,
      member: memberOf(groupId, keyId),
      group: groupId,
      epoch,
      channel: this.keys.channel(partitionOf(groupId)),
      entry: JSON.stringify({ ...entry, state: 'offline' } satisfies ListEntry),
      update: terminalStatusFrame('disconnected', { groupId, ...entry }),
    });
  }

  /** Which terminal holds a connection, in whatever group. */
  async terminalOfConnection(connectionId: string): Promise<{ groupId: string; keyId: string } | undefined> {
    const partition = partitionOfConnection(connectionId);
    if (partition === undefined) {
      return undefined;
    }
    const key = this.keys.of(partition, 'connections');
    const member = await this.store.ask((redis) => redis.hget(key, connectionId));
    if (member === null) {
      return undefined;
    }
    const { groupId, id } = fromMember(member);
    return { groupId, keyId: id };
  }

  /** Stores what was last heard of terminals of a group. @param activity by key id */
  async recordActivity(groupId: string, activity: ReadonlyMap<string, Activity>): Promise<void> {
    const key = this.keys.of(partitionOf(groupId), `seen:${groupId}`);
    const texts = [...activity].map(([id, heard]) => [id, activityText(heard)] as const);
    for (let i = 0; i < texts.length; i += ACTIVITIES) {
      await this.store.ask((redis) => redis.hset(key, new Map(texts.slice(i, i + ACTIVITIES))));
    }
  }

  /**
   * Compares connections that this instance takes for the owners of their endpoints, all of one partition, with what the store
   * says. It tells no more than the differences: nearly always there are none.
   * @returns by the place of the connection: who owns its endpoint instead; undefined if nobody does
   */
  async strangers(
    partition: number,
    connections: readonly { keyId: string; epoch: number }[],
  ): Promise<Map<number, OwnerView | undefined>> {
    const owned = this.keys.of(partition, 'owned');
    const args = connections.flatMap(({ keyId, epoch }) => [keyId, epoch]);
    const told = await this.store.run(scripts.strangers, { owned }, { instance: this.instance }, { args });
    return new Map(told.map(([place, text]) => [Number(place), text === '' ? undefined : ownerOf(text)]));
  }

  /** Status updates of a group after a sequence number, oldest first. */
  async statusAfter(groupId: string, sequence: number): Promise<{ sequence: number; frame: string }[]> {
    const key = this.keys.of(partitionOf(groupId), `status:${groupId}`);
    const rows = await this.store.ask((redis) => redis.xrange(key, `(${sequence}-0`, '+'));
    return rows.map(([id, [, frame]]) => ({ sequence: Number.parseInt(id, 10), frame: frame! }));
  }

  /** The latest status sequence number of each group of one partition; 0 if it never had an update. */
  async statusSequences(partition: number, groupIds: readonly string[]): Promise<number[]> {
    const rows = await this.store.ask((redis) =>
      redis.hmget(this.keys.of(partition, 'status-seq'), ...groupIds),
    );
    return rows.map(Number);
  }
}

/** Who the store holds for the owner of an endpoint. */
export interface OwnerView {
  epoch: number;
  connectionId: string;
}

function ownerOf(text: string): OwnerView {
  const { epoch, endpoint } = parseOwned(text);
  return { epoch: Number(epoch), connectionId: endpoint.connectionId };
}

/** @param answer of register.lua, if it is not 'occupied' */
function registrationOf([kind, epoch, now, sequence, open, first, mail]: string[]): Registration {
  if (kind === 'displaced') {
    return { kind: 'displaced' };
  }
  return {
    kind: 'registered',
    epoch: Number(epoch),
    now: Number(now),
    statusSequence: Number(sequence),
    hasOpenPayment: open === '1',
    isFirst: first === '1',
    hasMail: mail === '1',
  };
}
