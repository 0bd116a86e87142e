import { newConnectionId, type Endpoint, type Presence, type Registered } from '../../src/presence/index.js';
import type { Principal } from '../../src/protocol/index.js';

export const GROUP = 'shop';

/** A till's key as presence knows it. */
export function till(keyId: string, groupId = GROUP): Principal {
  return { keyId, groupId, deviceType: 'desktop', metadata: {} };
}

/** A terminal's key as presence knows it. @param deviceId undefined for one that is known by its connection alone */
export function device(keyId: string, deviceId?: string, groupId = GROUP): Principal {
  return { keyId, groupId, deviceType: 'terminal', deviceId, metadata: { lane: 1 } };
}

/** A new connection of a key. */
export function connectionOf(principal: Principal): Endpoint {
  return { principal, connectionId: newConnectionId(principal.groupId), connectedAt: Date.now() };
}

export interface Connected extends Registered {
  endpoint: Endpoint;
  /** It had to show that it lives, because another one was online. */
  wasOccupied: boolean;
}

/** A new connection of a key, registered. */
export async function connect(presence: Presence, principal: Principal): Promise<Connected> {
  const endpoint = connectionOf(principal);
  const now = Date.now();
  const first = await presence.connect(endpoint, now);
  const wasOccupied = first.kind === 'occupied';
  const registration = wasOccupied ? await presence.takeOver(endpoint, now) : first;
  if (registration.kind === 'displaced') {
    throw new Error(`a new connection of ${principal.keyId} was displaced`);
  }
  return { endpoint, wasOccupied, ...registration };
}

/** What the desktops of the group were told, in order: terminal and event. */
export async function announced(presence: Presence): Promise<string[]> {
  const log = await presence.statusAfter(GROUP, 0);
  return log.map(({ frame }) => {
    const { terminalId, status } = JSON.parse(frame) as { terminalId: string; status: string };
    return `${terminalId} ${status}`;
  });
}
