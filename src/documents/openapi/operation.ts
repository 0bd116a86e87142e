import { ListDeliveriesDto, type ErrorName } from '../../protocol/index.js';
import { ref, type JsonSchema } from '../schema.js';
import { dtoSchema } from '../schemas/dto.js';

/** One call of the HTTP API. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'delete';
  /** With parameters in braces. */
  path: string;
  operationId: string;
  tag: string;
  summary: string;
  description?: string;
  parameters?: readonly { $ref: string }[];
  body?: { schema: JsonSchema; example: object; optional?: true };
  /** Answers by status, beside the errors. */
  responses: Record<number, object>;
  /** Errors of this call, beside those that every signed call has. */
  errors: readonly ErrorName[];
  /** Anyone may call it. */
  isPublic?: true;
}

/** What the guard and the edge answer to every signed call. */
const SIGNED_ERRORS: readonly ErrorName[] = [
  'UNAUTHORIZED',
  'TIMESTAMP_EXPIRED',
  'INVALID_SIGNATURE',
  'FOREIGN_GROUP',
  'RATE_LIMITED',
  'INTERNAL_ERROR',
  'STORE_UNAVAILABLE',
  'DRAINING',
];
const BODY_ERRORS: readonly ErrorName[] = ['INVALID_JSON', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];

/** Every error that an operation can answer with. */
export function errorsOf({ isPublic, method, body, errors }: Operation): ErrorName[] {
  const ofEdge = isPublic ? [] : SIGNED_ERRORS;
  const ofChange: readonly ErrorName[] = isPublic || method === 'get' ? [] : ['SIGNATURE_REPEATED'];
  return [...new Set([...errors, ...ofEdge, ...ofChange, ...(body ? BODY_ERRORS : [])])];
}

const LISTED = dtoSchema(ListDeliveriesDto, {
  limit: 'How many at the most.',
  status: 'Only deliveries that stand like this.',
}).properties!;

/** Parameters that operations share. */
export const PARAMETERS = {
  groupId: {
    name: 'x-group-id',
    in: 'header',
    description: 'Must equal the group of the key.',
    schema: { type: 'string', examples: ['shop-1'] },
  },
  terminalId: {
    name: 'terminalId',
    in: 'path',
    required: true,
    description: 'A device id of the group, or a connection id.',
    schema: ref('TerminalId'),
  },
  transactionId: {
    name: 'transactionId',
    in: 'path',
    required: true,
    description: 'Which payment.',
    schema: ref('TransactionId'),
  },
  endpointId: {
    name: 'endpointId',
    in: 'path',
    required: true,
    description: 'Which endpoint.',
    schema: { type: 'string', examples: ['wh_01KF0T6Q8V5J2B7M4XNCR9ZD3E'] },
  },
  deliveryId: {
    name: 'deliveryId',
    in: 'path',
    required: true,
    description: 'Which delivery.',
    schema: { type: 'string' },
  },
  includeOffline: {
    name: 'includeOffline',
    in: 'query',
    description: 'Also list configured terminals that are not connected.',
    schema: { type: 'boolean', default: false },
  },
  wait: {
    name: 'wait',
    in: 'query',
    description: 'How long to wait for an answer, in seconds. Wins over `Prefer`.',
    schema: { type: 'integer', minimum: 0, maximum: 90 },
  },
  prefer: {
    name: 'Prefer',
    in: 'header',
    description: '`wait=N`: how long to wait for an answer, in seconds (RFC 7240).',
    schema: { type: 'string', examples: ['wait=30'] },
  },
  sinceVersion: {
    name: 'sinceVersion',
    in: 'query',
    description:
      'With `wait`: answer as soon as the transaction has a later version than this. Without: as soon as it is final.',
    schema: { type: 'integer', minimum: 0 },
  },
  limit: {
    name: 'limit',
    in: 'query',
    description: 'How many at the most.',
    schema: { ...LISTED.limit, default: 50 },
  },
  deliveryStatus: {
    name: 'status',
    in: 'query',
    description: 'Only deliveries that stand like this.',
    schema: LISTED.status!,
  },
} as const;

export function parameters(...names: (keyof typeof PARAMETERS)[]): { $ref: string }[] {
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}
