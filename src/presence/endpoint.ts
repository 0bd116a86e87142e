import { terminalIdOf, type Principal, type TerminalIdentity } from '../protocol/index.js';

/** A connection as presence knows it. */
export interface Endpoint {
  principal: Principal;
  connectionId: string;
  /** ms since the epoch. */
  connectedAt: number;
}

/** A terminal's entry in its group's list, as stored. */
export interface ListEntry {
  state: 'online' | 'reconnecting' | 'offline';
  instance: string;
  connectionId: string;
  deviceId?: string | undefined;
  connectedAt: number;
  metadata: object;
}

export function listEntry(endpoint: Endpoint, state: ListEntry['state'], instance: string): string {
  const { principal, connectionId, connectedAt } = endpoint;
  const { deviceId, metadata } = principal;
  return JSON.stringify({
    state,
    instance,
    connectionId,
    deviceId,
    connectedAt,
    metadata,
  } satisfies ListEntry);
}

/**
 * An entry as readers see it: nobody is online whose instance has no lease.
 * @param instances whose lease lives
 * @returns undefined for a terminal that is gone for good: it was known by its connection alone
 */
export function asSeen(entry: ListEntry, instances: ReadonlySet<string>): ListEntry | undefined {
  if (entry.state !== 'online' || instances.has(entry.instance)) {
    return entry;
  }
  return entry.deviceId === undefined ? undefined : { ...entry, state: 'reconnecting' };
}

export function identityOf({ principal, connectionId }: Endpoint): TerminalIdentity {
  return { groupId: principal.groupId, deviceId: principal.deviceId, connectionId };
}

export function terminalIdOfEndpoint(endpoint: Endpoint): string {
  return terminalIdOf(identityOf(endpoint));
}

/** What the index of owned endpoints keeps, so that any instance can bury the endpoints of a dead one. */
export interface OwnedEndpoint {
  epoch: string;
  instance: string;
  endpoint: Endpoint;
}

export function ownedDetails(endpoint: Endpoint): string {
  return JSON.stringify(endpoint);
}

/** @param text `epoch instance details`, as register.lua writes it */
export function parseOwned(text: string): OwnedEndpoint {
  const afterEpoch = text.indexOf(' ');
  const afterInstance = text.indexOf(' ', afterEpoch + 1);
  return {
    epoch: text.slice(0, afterEpoch),
    instance: text.slice(afterEpoch + 1, afterInstance),
    endpoint: JSON.parse(text.slice(afterInstance + 1)) as Endpoint,
  };
}
