import { ERRORS, GatewayError, type ErrorName } from '../../protocol/index.js';
import { literal, oneOf, ref, type JsonSchema } from '../schema.js';
import { ERROR_NAMES, errorTable, exampleOf } from '../schemas/errors.js';

const JSON_TYPE = 'application/json';

export const HEADERS = {
  RequestId: {
    description: 'Correlation id, in every log line about the request; the caller may give its own.',
    schema: { type: 'string' },
  },
  RetryAfter: { description: 'When to try again, in seconds.', schema: { type: 'integer', minimum: 1 } },
};

/** Errors as examples, one for each entry of the catalogue. */
export const ERROR_EXAMPLES = Object.fromEntries(
  ERROR_NAMES.map((name) => [name, { summary: ERRORS[name].message, value: exampleOf(name) }]),
);

/** An answer with a JSON body. */
export function answer(description: string, schema: JsonSchema, example?: object): object {
  return {
    description,
    headers: { 'x-request-id': { $ref: '#/components/headers/RequestId' } },
    content: { [JSON_TYPE]: { schema, ...(example && { example }) } },
  };
}

/** Error answers of an operation, by status, and the components that they refer to. */
export interface ErrorAnswers {
  responses: Record<string, { $ref: string }>;
  components: Record<string, object>;
}

/** @param names every error that the operation can answer with */
export function errorAnswers(names: readonly ErrorName[]): ErrorAnswers {
  const answers: ErrorAnswers = { responses: {}, components: {} };
  for (const status of new Set(names.map(httpStatusOf).sort((a, b) => a - b))) {
    const ofStatus = names.filter((name) => httpStatusOf(name) === status);
    const component = `${exampleOf(ofStatus[0]!).error.replaceAll(' ', '')}.${ofStatus.join('.')}`;
    answers.responses[status] = { $ref: `#/components/responses/${component}` };
    answers.components[component] = errorResponse(status, ofStatus);
  }
  return answers;
}

function errorResponse(status: number, names: readonly ErrorName[]): object {
  const codes = [...new Set(names.map((name) => ERRORS[name].code))];
  const code = codes.length === 1 ? literal(codes[0]!) : oneOf(codes);
  const retryAfter = status === 429 || status === 503;
  return {
    description: `${exampleOf(names[0]!).error}\n\n${errorTable(names)}`,
    headers: {
      'x-request-id': { $ref: '#/components/headers/RequestId' },
      ...(retryAfter && { 'retry-after': { $ref: '#/components/headers/RetryAfter' } }),
    },
    content: {
      [JSON_TYPE]: {
        schema: { allOf: [ref('Error'), { properties: { code } }] },
        examples: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/examples/${name}` }])),
      },
    },
  };
}

function httpStatusOf(name: ErrorName): number {
  return new GatewayError(name).httpStatus;
}
