import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { asyncApiDocument, fromClient, openApiDocument, toClient } from '../../src/documents/index.js';
import type { ClientAction, ServerAction } from '../../src/protocol/index.js';

/** The documents as a reader gets them. */
export const openApi = reread(openApiDocument('1.2.3'));
export const asyncApi = reread(asyncApiDocument('1.2.3'));

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
formats.default(ajv);
// Schemas are reached through the documents around them, whose own members mean nothing to a validator.
ajv.addVocabulary([...new Set([openApi, asyncApi].flatMap(Object.keys))]);
ajv.addSchema({ ...openApi, $id: 'openapi' });
ajv.addSchema({ ...asyncApi, $id: 'asyncapi' });

function reread(document: object): any {
  return JSON.parse(JSON.stringify(document));
}

/** What a schema of a document says against a value: one line for each complaint, where and what. */
export function complaints(document: 'openapi' | 'asyncapi', pointer: string, value: unknown): string[] {
  const validate = ajv.getSchema(`${document}#${pointer}`);
  if (!validate) throw new Error(`${document} has no ${pointer}`);
  return validate(value) ? [] : validate.errors!.map(line);
}

/** What the schema of a message of clients says against a frame. */
export function clientComplaints(action: keyof typeof ClientAction, frame: unknown): string[] {
  return complaints('asyncapi', `/components/messages/${fromClient(action)}/payload`, frame);
}

/** What the schema of a message of the gateway says against a frame. */
export function serverComplaints(action: keyof typeof ServerAction, frame: unknown): string[] {
  return complaints('asyncapi', `/components/messages/${toClient(action)}/payload`, frame);
}

/** What a shared schema says against a value, in both documents where both have it. */
export function sharedComplaints(name: string, value: unknown): string[] {
  const documents = { openapi: openApi, asyncapi: asyncApi } as const;
  return (['openapi', 'asyncapi'] as const)
    .filter((document) => documents[document].components.schemas[name] !== undefined)
    .flatMap((document) => complaints(document, `/components/schemas/${name}`, value));
}

function line({ instancePath, message, params }: ErrorObject): string {
  const { missingProperty } = params as { missingProperty?: string };
  return missingProperty === undefined
    ? `${instancePath} ${message}`
    : `${instancePath}/${missingProperty} is missing`;
}
