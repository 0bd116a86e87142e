import {
  WEBSOCKET_PATH,
  type ClientAction,
  type DeviceType,
  type ServerAction,
} from '../../protocol/index.js';
import { referencedBy, type JsonSchema } from '../schema.js';
import { SHARED_SCHEMAS } from '../schemas/shared.js';
import { CLIENT_ACTIONS, CLIENT_MESSAGES, clientPayload } from './client-messages.js';
import { CLOSE_CODES, CLOSE_TABLE, RECEIPT_NOTE, WEBSOCKET_BINDING } from './connection.js';
import { SERVER_ACTIONS, SERVER_MESSAGES, serverPayload } from './server-messages.js';

type Entries = Record<string, object>;

/** Clients speak of tills; the key record calls them desktops. */
const ROLES: Record<DeviceType, { prefix: string; name: string }> = {
  desktop: { prefix: 'till', name: 'till' },
  terminal: { prefix: 'terminal', name: 'terminal' },
};

const DESCRIPTION = `A till (a \`desktop\`) asks for payments, a terminal carries them out; the gateway stands between them.
Messages are JSON objects in text frames, one per frame, told apart by \`action\`.

The document describes the gateway: an operation with the action \`receive\` is a message that a **client sends**, one with
\`send\` a message that a **client gets**. Messages of clients are named \`fromClient.…\`, those of the gateway \`toClient.…\`.
Unknown members of a message are ignored, except inside \`paymentRequest\` and \`paymentResponse\`, where they are passed through.

An API key has one live connection; the newest wins, with its first frame or answer to a protocol ping. Refusals come before the
upgrade, as HTTP 401, 403, 429 or 503 with the error object. There is no welcome message. The HTTP API is described by \`/openapi.json\`.

${CLOSE_TABLE}`;

/** The AsyncAPI document of the WebSocket API. @param version of the gateway */
export function asyncApiDocument(version: string): Record<string, unknown> {
  const messages = { ...clientMessages(), ...serverMessages() };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Terminal Gateway: WebSocket API',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      gateway: {
        host: '{host}',
        protocol: 'wss',
        description: 'Plain `ws` behind a balancer that ends TLS.',
        variables: { host: { default: 'localhost:8080', description: 'Where the gateway is reached.' } },
        security: [{ $ref: '#/components/securitySchemes/apiKey' }],
      },
    },
    channels: { v1: channel(Object.keys(messages)) },
    operations: { ...clientOperations(), ...serverOperations() },
    components: {
      messages,
      schemas: referencedBy(messages, SHARED_SCHEMAS),
      securitySchemes: {
        apiKey: {
          type: 'httpApiKey',
          in: 'header',
          name: 'x-api-key',
          description: 'Browsers, which can not set headers, use the query parameter of the same name.',
        },
      },
    },
  };
}

function channel(messageNames: readonly string[]): object {
  return {
    address: WEBSOCKET_PATH,
    title: 'The connection of one API key',
    messages: Object.fromEntries(
      messageNames.map((name) => [name, { $ref: `#/components/messages/${name}` }]),
    ),
    bindings: { ws: WEBSOCKET_BINDING },
    'x-close-codes': CLOSE_CODES,
  };
}

function clientMessages(): Entries {
  const entries = CLIENT_ACTIONS.map((action) => {
    const { summary, example } = CLIENT_MESSAGES[action];
    return [fromClient(action), message(action, summary, clientPayload(action), example)];
  });
  return Object.fromEntries(entries) as Entries;
}

function serverMessages(): Entries {
  const entries = SERVER_ACTIONS.map((action) => {
    const { summary, example, receipted } = SERVER_MESSAGES[action];
    const told = message(action, summary, serverPayload(action), example);
    return [toClient(action), receipted ? { ...told, 'x-receipt': RECEIPT_NOTE } : told];
  });
  return Object.fromEntries(entries) as Entries;
}

function message(action: string, summary: string, payload: JsonSchema, example: object): object {
  return {
    name: action,
    title: action,
    summary,
    contentType: 'application/json',
    payload,
    examples: [{ payload: { action, ...example } }],
  };
}

function clientOperations(): Entries {
  const entries = CLIENT_ACTIONS.flatMap((action) => {
    const { from, summary, reply } = CLIENT_MESSAGES[action];
    return from.map((role) => [
      `${ROLES[role].prefix}Sends${capitalized(action)}`,
      {
        action: 'receive',
        ...operation(`A ${ROLES[role].name} sends this. ${summary}`, role, fromClient(action)),
        ...(reply && { reply: { channel: CHANNEL, messages: [inChannel(toClient(reply))] } }),
      },
    ]);
  });
  return Object.fromEntries(entries) as Entries;
}

function serverOperations(): Entries {
  const entries = SERVER_ACTIONS.flatMap((action) => {
    const { to, summary } = SERVER_MESSAGES[action];
    return to.map((role) => [
      `${ROLES[role].prefix}Gets${capitalized(action)}`,
      { action: 'send', ...operation(`A ${ROLES[role].name} gets this. ${summary}`, role, toClient(action)) },
    ]);
  });
  return Object.fromEntries(entries) as Entries;
}

const CHANNEL = { $ref: '#/channels/v1' };

function operation(summary: string, role: DeviceType, messageName: string): object {
  return {
    channel: CHANNEL,
    summary,
    tags: [{ name: ROLES[role].name }],
    messages: [inChannel(messageName)],
  };
}

function inChannel(messageName: string): object {
  return { $ref: `#/channels/v1/messages/${messageName}` };
}

/** The name of a message that clients send. */
export function fromClient(action: keyof typeof ClientAction): string {
  return `fromClient.${action}`;
}

/** The name of a message that the gateway sends. */
export function toClient(action: keyof typeof ServerAction): string {
  return `toClient.${action}`;
}

function capitalized(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}
