import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import type { WebhookEventType } from '../protocol/index.js';

/** Where a group wants to be told of its payments, as its tills see it. */
export interface Endpoint {
  /** `wh_` and a ULID. */
  endpointId: string;
  url: string;
  events: WebhookEventType[];
  description?: string | undefined;
  metadata?: object | undefined;
  status: 'active' | 'disabled';
  /** Why the gateway disabled it; absent if its owner did. */
  disabledReason?: string | undefined;
  /** ISO 8601. */
  createdAt: string;
  updatedAt: string;
}

/** An endpoint as stored. */
export interface EndpointRecord extends Endpoint {
  /** Sealed; what its calls are signed with. */
  secret: string;
  /** Sealed; the one before the last rotation, which signs too until `previousValidUntil` (ms since the epoch). */
  previousSecret?: string | undefined;
  previousValidUntil?: number | undefined;
}

/** What the owner of an endpoint decides. */
export type EndpointWishes = Pick<Endpoint, 'url' | 'events'> & Pick<Endpoint, 'description' | 'metadata'>;

/** An endpoint with its secret: shown once, at its creation or rotation. */
export interface IssuedEndpoint {
  endpoint: Endpoint;
  secret: string;
}

/** Most endpoints of one group. */
export const MOST_ENDPOINTS = 16;
export const DEFAULT_OVERLAP_MS = 24 * 3_600_000;

export function newEndpointId(): string {
  return `wh_${ulid()}`;
}

/** A secret as the Standard Webhooks scheme writes it: `whsec_` and 32 random bytes in Base64. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** The endpoint without its secrets. */
export function withoutSecrets(record: EndpointRecord): Endpoint {
  const { secret: _secret, previousSecret: _previous, previousValidUntil: _until, ...endpoint } = record;
  return endpoint;
}
