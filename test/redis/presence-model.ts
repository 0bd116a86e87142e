import type { Endpoint } from '../../src/presence/index.js';

/** What presence promises about one endpoint, in plain words. */
interface ModelEndpoint {
  epoch: number;
  instance: string;
  connectionId: string;
  state: 'online' | 'reconnecting' | 'offline';
  /** Ids of the connections before, latest first: they can not take the endpoint back. */
  past: string[];
}

const MOST_PAST = 8;

/** A connection as its instance knows it: what it was registered under. */
export interface ModelConnection {
  endpoint: Endpoint;
  instance: string;
  epoch: number;
}

/** The reference for the presence scripts: what must stand in the store, and what must have been announced. */
export class PresenceModel {
  readonly endpoints = new Map<string, ModelEndpoint>();
  /** Every connection ever registered, by key id, oldest first. */
  readonly connections = new Map<string, ModelConnection[]>();
  /** Highest epoch ever given to an endpoint; an emptied store does not lower it. */
  readonly highest = new Map<string, number>();
  readonly lapsed = new Set<string>();
  /** Status updates since the store was last empty: `terminalId event`. */
  log: string[] = [];
  /** Hints that an older connection was displaced, ever: `instance keyId epoch`. */
  readonly displaced: string[] = [];

  /** Who comes must show that it lives before it displaces the one that is there. */
  isOccupied(keyId: string): boolean {
    const old = this.endpoints.get(keyId);
    return old?.state === 'online' && !this.lapsed.has(old.instance);
  }

  connect(endpoint: Endpoint, instance: string, epoch: number): void {
    const { keyId } = endpoint.principal;
    const old = this.endpoints.get(keyId);
    this.connections.set(keyId, [...(this.connections.get(keyId) ?? []), { endpoint, instance, epoch }]);
    this.highest.set(keyId, epoch);
    this.own(endpoint, instance, epoch);
    this.announce(endpoint, 'connected');
    if (old?.state === 'online') this.displaced.push(`${old.instance} ${keyId} ${epoch}`);
  }

  /** @returns whether the connection keeps its endpoint */
  restore({ endpoint, instance, epoch }: ModelConnection): boolean {
    const old = this.endpoints.get(endpoint.principal.keyId);
    if (old && old.epoch > epoch) return false;
    const unchanged = old?.connectionId === endpoint.connectionId && old.state === 'online';
    this.own(endpoint, instance, epoch);
    // A store that knew nothing of the terminal tells nobody that it came.
    if (old && !unchanged) this.announce(endpoint, 'connected');
    return true;
  }

  /** @returns what the drop is answered with */
  drop({ endpoint }: ModelConnection): 'stale' | 'offline' | 'reconnecting' {
    const { keyId, deviceType, deviceId } = endpoint.principal;
    const current = this.endpoints.get(keyId);
    if (current?.connectionId !== endpoint.connectionId || current.state !== 'online') return 'stale';
    current.state = deviceType === 'terminal' && deviceId !== undefined ? 'reconnecting' : 'offline';
    this.announce(endpoint, current.state === 'reconnecting' ? 'reconnecting' : 'disconnected');
    return current.state;
  }

  /** The grace of a terminal is over, if it is in one. */
  endGrace(keyId: string): void {
    const current = this.endpoints.get(keyId);
    if (current?.state !== 'reconnecting') return;
    current.state = 'offline';
    this.announce(this.connections.get(keyId)!.at(-1)!.endpoint, 'disconnected');
  }

  /** Somebody buries what an instance owned. @param order in which its endpoints are found, which the store decides */
  bury(instance: string, order: readonly string[]): void {
    if (!this.lapsed.has(instance)) return;
    for (const keyId of order) {
      const { state, instance: owner, connectionId } = this.endpoints.get(keyId)!;
      if (state !== 'online' || owner !== instance) continue;
      this.drop(this.connections.get(keyId)!.find((known) => known.endpoint.connectionId === connectionId)!);
    }
  }

  wipe(): void {
    this.endpoints.clear();
    this.lapsed.clear();
    this.log = [];
  }

  online(deviceType: 'desktop' | 'terminal'): string[] {
    return [...this.endpoints.keys()].filter((keyId) => {
      const { principal } = this.connections.get(keyId)![0]!.endpoint;
      return principal.deviceType === deviceType && this.endpoints.get(keyId)!.state === 'online';
    });
  }

  private own({ principal, connectionId }: Endpoint, instance: string, epoch: number): void {
    const { keyId } = principal;
    const old = this.endpoints.get(keyId);
    let past = old?.past ?? [];
    if (old && old.connectionId !== connectionId) past = [old.connectionId, ...past].slice(0, MOST_PAST);
    this.endpoints.set(keyId, { epoch, instance, connectionId, state: 'online', past });
    this.lapsed.delete(instance);
  }

  /** Only while a desktop of the group is connected is there anybody to tell. */
  private announce({ principal, connectionId }: Endpoint, event: string): void {
    if (principal.deviceType === 'desktop' || this.online('desktop').length === 0) return;
    this.log.push(`${principal.deviceId ?? connectionId} ${event}`);
  }
}
