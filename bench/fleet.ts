import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientKey, FleetSize, Round } from './types.js';

/** A client as the generator opens it. */
export interface ClientPlan {
  url: string;
  key: string;
}

/** A till and the terminal it pays on, on different instances unless there is only one. */
export interface PairPlan {
  till: ClientPlan;
  terminal: ClientPlan & { deviceId: string };
}

export function makeKeys({ groups, tills, terminals }: FleetSize): ClientKey[] {
  const keys: ClientKey[] = [];
  for (let g = 0; g < groups; g++) {
    const groupId = `group-${g}`;
    for (let i = 0; i < tills; i++) keys.push(clientKey(`till-${g}-${i}`, groupId, 'desktop'));
    for (let i = 0; i < terminals; i++) keys.push(clientKey(`terminal-${g}-${i}`, groupId, 'terminal'));
  }
  return keys;
}

function clientKey(id: string, groupId: string, deviceType: ClientKey['deviceType']): ClientKey {
  const key = { id, key: `key-of-${id}`, secret: `secret-of-${id}`, groupId, deviceType };
  return deviceType === 'terminal' ? { ...key, deviceId: id } : key;
}

/** Writes the keys as `API_KEYS_FILE` has them. */
export function writeKeysFile(dir: string, keys: readonly ClientKey[]): string {
  const file = join(dir, 'keys.json');
  writeFileSync(file, JSON.stringify({ keys }));
  return file;
}

/** Pairs within their group; the tills are spread over the instances in turn, each terminal is on the next one. */
export function pairs({ keys, running }: Round): PairPlan[] {
  const tills = keys.filter(({ deviceType }) => deviceType === 'desktop');
  const terminals = keys.filter(({ deviceType }) => deviceType === 'terminal');
  const urlOf = (i: number) => running.urls[i % running.urls.length]!;
  return tills.map(({ key }, i) => ({
    till: { url: urlOf(i), key },
    terminal: { url: urlOf(i + 1), key: terminals[i]!.key, deviceId: terminals[i]!.deviceId! },
  }));
}

/** Somebody who calls the HTTP API of an instance. */
export interface CallerPlan {
  /** Of the instance, on 127.0.0.1. */
  port: number;
  key: string;
  secret: string;
}

/** The tills as callers of one instance, group by group. */
export function callers({ keys, running }: Round, instance: number): CallerPlan[] {
  const port = Number(new URL(running.urls[instance]!).port);
  const tills = keys.filter(({ deviceType }) => deviceType === 'desktop');
  return tills.map(({ key, secret }) => ({ port, key, secret }));
}

/** All clients on one instance. */
export function onInstance({ keys, running }: Round, instance: number): ClientPlan[] {
  return keys.map(({ key }) => ({ url: running.urls[instance]!, key }));
}
