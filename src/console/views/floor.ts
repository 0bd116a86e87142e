export type TerminalCondition = 'online' | 'busy' | 'reconnecting' | 'offline';

/** One terminal on the floor. */
export interface FloorRow {
  groupId: string;
  keyId: string;
  terminalId: string;
  deviceId?: string;
  condition: TerminalCondition;
  /** While it is connected. */
  instance?: string;
  connectionId?: string;
  connectedAt?: number;
  /** `reconnecting`: when its grace ends. */
  graceEndsAt?: number;
  /** `busy`, or `reconnecting` with an open payment: the transaction. */
  transactionId?: string;
  lastActivity?: number;
  /** Latest measured round trip of a protocol ping. */
  roundTripMs?: number;
}

/** Names one terminal. */
export interface FloorKey {
  groupId: string;
  keyId: string;
}

/** Event `floor`: rows that are new or changed, and terminals that are gone. The first ones after connecting are the snapshot. */
export interface FloorUpdate {
  /** The store's clock, so that the page can count down whatever its own clock says. */
  now: number;
  rows: FloorRow[];
  gone: FloorKey[];
  /** True on the update that completes the snapshot. */
  isComplete?: boolean;
}

/** Answer to `POST /console/api/floor/activity` `{terminals: FloorKey[]}` (at most 200): what changes too often to be pushed. */
export interface ActivityView {
  now: number;
  activity: (FloorKey & { lastActivity?: number; roundTripMs?: number })[];
}
