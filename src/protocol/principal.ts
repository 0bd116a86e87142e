import type { DeviceType } from './actions.js';

/** Who a connection is: the public part of its API key record. A client declares nothing about itself. */
export interface Principal {
  /** Public name of the key; safe to log. */
  keyId: string;
  groupId: string;
  deviceType: DeviceType;
  /** Terminals only: the stable device id, unique in its group. */
  deviceId?: string | undefined;
  /** Shown in terminal lists. */
  metadata: object;
}
