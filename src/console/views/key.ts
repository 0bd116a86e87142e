/** Answer to `GET` (204 if nobody is signed in) and `POST /console/api/session`: who is signed in, and to what. */
export interface SessionView {
  /** Public name of the admin key. */
  adminId: string;
  /** When the session ends by itself. */
  expiresAt: number;
  version: string;
  instanceId: string;
}

export type KeyKind = 'desktop' | 'terminal' | 'admin';

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

/** Answer to `POST /console/api/playground`: a till and a terminal in a group of their own, with new keys. */
export interface PlaygroundView {
  groupId: string;
  till: { keyId: string; apiKey: string };
  terminal: { keyId: string; apiKey: string; deviceId: string };
  /** Path of the WebSocket, on the origin of the page. */
  path: string;
}

/** `GET /console/api/audit?before=&limit=`, newest first. `next`: `before` of the following page. */
export interface AuditPage {
  acts: AuditView[];
  next?: string;
}

export interface AuditView {
  id: string;
  at: string;
  action: string;
  actor: { kind: 'key' | 'command' | 'admin'; id: string };
  from: string;
  subject: string;
  groupId?: string;
}
