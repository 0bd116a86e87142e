import { instanceIdOf } from '../config/index.js';
import { paymentOf } from '../payments/index.js';
import { asSeen, type FloorFacts, type ListEntry } from '../presence/index.js';
import { terminalIdOf } from '../protocol/index.js';
import type { FloorKey, FloorRow, TerminalCondition } from './views.js';

/**
 * A terminal as the floor shows it.
 * @param facts undefined if the store knows nothing of it
 * @param deviceId of its enabled API key; undefined if it has none
 * @param instances whose lease lives
 * @returns undefined for a terminal that is not on the floor: neither connected nor expected
 */
export function floorRow(
  { groupId, keyId }: FloorKey,
  facts: FloorFacts | undefined,
  deviceId: string | undefined,
  instances: ReadonlySet<string>,
): FloorRow | undefined {
  const entry = facts?.entry && asSeen(facts.entry, instances);
  const key = { groupId, keyId };
  if (!facts || !entry || entry.state === 'offline') {
    return deviceId === undefined ? undefined : { ...key, ...offline(deviceId, entry, facts) };
  }
  const isOnline = entry.state === 'online';
  const { openPayment, graceEndsAt, roundTripMs } = facts;
  return {
    ...key,
    terminalId: terminalIdOf(entry),
    ...(entry.deviceId !== undefined && { deviceId: entry.deviceId }),
    condition: condition(entry, openPayment),
    ...(isOnline && { instance: instanceIdOf(entry.instance), connectionId: entry.connectionId }),
    connectedAt: entry.connectedAt,
    ...(!isOnline && graceEndsAt !== undefined && { graceEndsAt }),
    ...(openPayment !== undefined && { transactionId: paymentOf(openPayment).transactionId }),
    lastActivity: Math.max(entry.connectedAt, facts.at),
    ...(isOnline && roundTripMs !== undefined && { roundTripMs }),
  };
}

function offline(
  deviceId: string,
  entry: ListEntry | undefined,
  facts: FloorFacts | undefined,
): Omit<FloorRow, keyof FloorKey> {
  return {
    terminalId: deviceId,
    deviceId,
    condition: 'offline',
    ...(entry && facts && { lastActivity: Math.max(entry.connectedAt, facts.at) }),
  };
}

function condition({ state }: ListEntry, openPayment: string | undefined): TerminalCondition {
  return state === 'online' && openPayment !== undefined ? 'busy' : state;
}
