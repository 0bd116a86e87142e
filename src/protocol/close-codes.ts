/**
 * Why a WebSocket ends. `reconnect` tells what a client should do next: codes with `false` end the identity's session
 * for good, so that two clients with one key do not displace each other for ever.
 */
export const Close = {
  /** A newer connection of the same API key took over. */
  displaced: { code: 4001, reason: 'displaced by a newer connection', reconnect: false },
  /** The API key was disabled. */
  keyRevoked: { code: 4003, reason: 'API key revoked', reconnect: false },
  /** Nothing was heard for HEARTBEAT_TIMEOUT_MS. */
  heartbeatLost: { code: 4008, reason: 'heartbeat lost', reconnect: true },
  /** The client reads more slowly than the server writes. */
  slowReader: { code: 4009, reason: 'reading too slowly', reconnect: true },
  /** The client kept sending above its rate limit. */
  rateLimited: { code: 4029, reason: 'rate limit exceeded', reconnect: true },
  /** The instance is going down; another one takes the client. */
  serviceRestart: { code: 1012, reason: 'server is restarting', reconnect: true },
  /** The connection could not be registered, because the store was away. */
  tryAgainLater: { code: 1013, reason: 'try again later', reconnect: true },
} as const;

export type CloseReason = (typeof Close)[keyof typeof Close];

/** `reason` of a `forceDisconnect` frame, with the text for people and the close that follows it. */
export const FORCE_DISCONNECT = {
  NEW_CONNECTION: { message: 'Another connection with this API key was opened', close: Close.displaced },
  API_KEY_REVOKED: { message: 'This API key was disabled', close: Close.keyRevoked },
  SERVER_SHUTDOWN: { message: 'The server is restarting, please reconnect', close: Close.serviceRestart },
} as const;

export type ForceDisconnectReason = keyof typeof FORCE_DISCONNECT;
