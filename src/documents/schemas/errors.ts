import {
  ERRORS,
  GatewayError,
  type ErrorBody,
  type ErrorName,
  type FieldProblem,
} from '../../protocol/index.js';
import { listOf, object, oneOf, ref, text, type JsonSchema } from '../schema.js';

export const ERROR_NAMES = Object.keys(ERRORS) as ErrorName[];

const EXAMPLE_TIME = '2026-01-15T10:30:00.000Z';

/** What an error looks like in the answer to an HTTP call. */
export function exampleOf(name: ErrorName): ErrorBody {
  return { ...new GatewayError(name).toHttpBody(), timestamp: EXAMPLE_TIME };
}

/** The catalogue as a Markdown table. */
export function errorTable(names: readonly ErrorName[] = ERROR_NAMES): string {
  const rows = names.map((name) => {
    const { status, httpStatus, extras: _, message } = new GatewayError(name);
    const shown = status === httpStatus ? status : `${status}, over HTTP ${httpStatus}`;
    return `| ${shown} | \`${ERRORS[name].code}\` | ${message} |`;
  });
  return ['| status | `code` | `message` |', '| --- | --- | --- |', ...rows].join('\n');
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

const PROBLEM = {
  field: text('Full path of the member.', 'paymentRequest.amount'),
  message: text('What is wrong with it.'),
} satisfies Record<keyof FieldProblem, JsonSchema>;

const BODY = {
  error: oneOf(
    distinct(
      ERROR_NAMES.flatMap((name) => [
        new GatewayError(name).toBody().error,
        new GatewayError(name).toHttpBody().error,
      ]),
    ),
    'The kind of the error.',
  ),
  message: text('For people; may change.', 'terminalId is required'),
  code: ref('ErrorCode'),
  timestamp: ref('Timestamp'),
  requestAction: text('The action that was refused, over WebSocket.', 'payment'),
  transactionId: ref('TransactionId'),
  retrySafe: ref('RetrySafe'),
  retryAfterMs: { type: 'integer', minimum: 0, description: 'When to try again, in ms.' },
  details: listOf(object(PROBLEM), 'Every offending field; the first is in `message`.'),
} satisfies Record<keyof ErrorBody, JsonSchema>;

const { error, message, code, timestamp, ...present } = BODY;

/** The one error object, generated from the catalogue. */
export const ERROR_SCHEMAS = {
  ErrorCode: oneOf(
    distinct(ERROR_NAMES.map((name) => ERRORS[name].code)),
    `For programs; codes are never reused.\n\n${errorTable()}`,
  ),
  Error: object({ error, message, code, timestamp }, present, 'Why a request was refused.'),
} satisfies Record<string, JsonSchema>;
