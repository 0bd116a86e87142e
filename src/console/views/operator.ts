/** Answer to `GET` (204 if nobody is signed in) and `POST /console/api/session`: who is signed in, and to what. */
export interface SessionView {
  /** Public name of the admin key. */
  adminId: string;
  /** When the session ends by itself. */
  expiresAt: number;
  version: string;
  instanceId: string;
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
