import { referencedBy } from '../schema.js';
import { SHARED_SCHEMAS } from '../schemas/shared.js';
import { HEALTH_OPERATIONS } from './health-operations.js';
import { errorsOf, PARAMETERS, parameters, type Operation } from './operation.js';
import { PAYMENT_OPERATIONS } from './payment-operations.js';
import { ERROR_EXAMPLES, errorAnswers, HEADERS } from './responses.js';
import { SECURITY_SCHEMES, SIGNING } from './signing.js';
import { WEBHOOK_CALLS, WEBHOOK_OPERATIONS } from './webhook-operations.js';

const DESCRIPTION = `Payments at card terminals over HTTP, for callers that wait for the result or have webhooks. The same
transactions are seen over WebSocket, described by [/asyncapi.json](/asyncapi.json).

Every error is one object with a stable \`code\`; \`retrySafe\` says whether another payment may be started.

## Signing requests

${SIGNING}`;

const TAGS = [
  { name: 'Terminals', description: 'Who can take payments.' },
  { name: 'Payments', description: 'Paying at a terminal.' },
  { name: 'Transactions', description: 'What became of a payment.' },
  { name: 'Webhook endpoints', description: 'Where results are told.' },
  {
    name: 'Webhook deliveries',
    description: 'What was told, telling it again; the messages are under Webhooks.',
  },
  { name: 'Health', description: 'For orchestrators and balancers.' },
];

export const OPERATIONS: readonly Operation[] = [
  ...PAYMENT_OPERATIONS,
  ...WEBHOOK_OPERATIONS,
  ...HEALTH_OPERATIONS,
];

/** The OpenAPI document of the HTTP API. @param version of the gateway */
export function openApiDocument(version: string): Record<string, unknown> {
  const described = { paths: paths(), webhooks: WEBHOOK_CALLS };
  const components = {
    parameters: PARAMETERS,
    headers: HEADERS,
    responses: Object.assign({}, ...OPERATIONS.map((o) => errorAnswers(errorsOf(o)).components)) as object,
    examples: ERROR_EXAMPLES,
    securitySchemes: SECURITY_SCHEMES,
  };
  const schemas = referencedBy([described, components], SHARED_SCHEMAS);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Terminal Gateway: HTTP API',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The gateway that serves this document.' }],
    security: [{ apiKey: [], timestamp: [], signature: [] }],
    tags: TAGS,
    ...described,
    components: { schemas, ...components },
  };
}

function paths(): Record<string, Record<string, object>> {
  const byPath: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS) {
    byPath[operation.path] = { ...byPath[operation.path], [operation.method]: described(operation) };
  }
  return byPath;
}

function described(operation: Operation): object {
  const { operationId, tag, summary, description, body, responses, isPublic } = operation;
  const all = [...(operation.parameters ?? []), ...(isPublic ? [] : parameters('groupId'))];
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(isPublic && { security: [] }),
    ...(all.length > 0 && { parameters: all }),
    ...(body && {
      requestBody: {
        required: !body.optional,
        content: { 'application/json': { schema: body.schema, example: body.example } },
      },
    }),
    responses: { ...responses, ...errorAnswers(errorsOf(operation)).responses },
  };
}
