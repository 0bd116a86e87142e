import type { KeyKind } from '../../keys/index.js';

export type { KeyKind };

/** One API key, never with its secrets. */
export interface KeyView {
  id: string;
  kind: KeyKind;
  /** Absent for admin keys: they see every group. */
  groupId?: string;
  deviceId?: string;
  metadata: object;
  isDisabled: boolean;
  /** The key before the last rotation is accepted until then. */
  previousValidUntil?: number;
}

/** `GET /console/api/keys?after=`: by id; `next` is the cursor of the following page. */
export interface KeysPage {
  keys: KeyView[];
  next?: string;
}

/** Body of `POST /console/api/keys`. */
export interface CreateKeyRequest {
  kind: KeyKind;
  groupId?: string;
  /** Made up if absent. */
  id?: string;
  deviceId?: string;
  metadata?: object;
}

/** Body of `POST /console/api/keys/{id}/rotate`. */
export interface RotateKeyRequest {
  /** How long the old one is still accepted, 0 to 10080. */
  overlapMinutes: number;
}

/** Answer to creating and rotating a key: shown once. */
export interface IssuedKeyView {
  key: KeyView;
  apiKey: string;
  secret: string;
}
