import type { ConnectRefusal, DisconnectReason } from '../metrics/index.js';
import { Close, type CloseReason, type GatewayError } from '../protocol/index.js';

const REFUSALS: Partial<Record<GatewayError['kind'], ConnectRefusal>> = {
  UNAUTHORIZED: 'unauthorized',
  FOREIGN_GROUP: 'foreign_group',
  RATE_LIMITED: 'rate_limited',
  DRAINING: 'draining',
  OVERLOADED: 'overloaded',
  STORE_UNAVAILABLE: 'store_unavailable',
};

/** What an attempt to connect is counted as that was refused for an error of this kind. */
export function refusalOf(kind: GatewayError['kind']): ConnectRefusal {
  return REFUSALS[kind] ?? 'other';
}

const BY_US: Record<CloseReason['code'], DisconnectReason> = {
  [Close.displaced.code]: 'displaced',
  [Close.keyRevoked.code]: 'key_revoked',
  [Close.heartbeatLost.code]: 'heartbeat_lost',
  [Close.slowReader.code]: 'slow_reader',
  [Close.rateLimited.code]: 'rate_limited',
  [Close.serviceRestart.code]: 'restart',
  [Close.tryAgainLater.code]: 'unavailable',
};

/** Normal, going away, and a close frame without a code. */
const GOODBYES = [1000, 1001, 1005];
const LOST = 1006;
const TOO_BIG = 1009;

/**
 * Why a connection has ended.
 * @param endedBy why we have ended it, if we have
 * @param code of the close event: a client may send any, so it says nothing about us
 */
export function disconnectReason(endedBy: CloseReason | undefined, code: number): DisconnectReason {
  if (endedBy) {
    return BY_US[endedBy.code];
  }
  switch (code) {
    case LOST:
      return 'lost';
    case TOO_BIG:
      return 'frame_too_large';
    default:
      return GOODBYES.includes(code) || code >= 3000 ? 'client' : 'protocol_error';
  }
}
