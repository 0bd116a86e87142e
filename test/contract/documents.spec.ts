import { RequestMethod, type DynamicModule, type Type } from '@nestjs/common';
import { Parser } from '@asyncapi/parser';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { AppModule } from '../../src/app.module.js';
import { signatureOf } from '../../src/keys/index.js';
import {
  ClientAction,
  Close,
  ERRORS,
  GatewayError,
  ServerAction,
  WEBHOOK_EVENT_TYPES,
  type ErrorName,
} from '../../src/protocol/index.js';
import { asyncApi, complaints, openApi } from '../support/document-schemas.js';

/** Errors that only frames and upgrades have. */
const WEBSOCKET_ONLY: ErrorName[] = [
  'ACTION_REQUIRED',
  'UNKNOWN_ACTION',
  'TERMINAL_ID_REQUIRED',
  'PAYMENT_REQUEST_REQUIRED',
  'LIST_DESKTOP_ONLY',
  'DESKTOP_ONLY',
  'TERMINAL_ONLY',
  'CONNECTION_NOT_FOUND',
  'ANSWER_NOT_KEPT',
  'OVERLOADED',
];
/** Answers to calls that nobody documents. */
const NO_CALL: ErrorName[] = ['NOT_FOUND'];

const ERROR_NAMES = Object.keys(ERRORS) as ErrorName[];
const CODES = [...new Set(ERROR_NAMES.map((name) => ERRORS[name].code))].sort();

interface DocumentedOperation {
  call: string;
  pointer: string;
  operation: any;
}

/** The parser compiles the whole meta-schema at its first use. */
const PARSER_LIMIT_MS = 60_000;

describe('the AsyncAPI document', () => {
  it('is valid', { timeout: PARSER_LIMIT_MS }, async () => {
    const { diagnostics } = await new Parser().parse(JSON.stringify(asyncApi));
    const shown = diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version');
    expect(shown.map(({ message, path }) => `${path.join('.')}: ${message}`)).toEqual([]);
  });

  it('has a message for every action, each way', () => {
    const names = (way: string, actions: object) => Object.keys(actions).map((action) => `${way}.${action}`);
    const expected = [...names('fromClient', ClientAction), ...names('toClient', ServerAction)].sort();
    expect(Object.keys(asyncApi.components.messages).sort()).toEqual(expected);
    expect(Object.keys(asyncApi.channels.v1.messages).sort()).toEqual(expected);
    const used = Object.values<any>(asyncApi.operations).flatMap(
      ({ messages }) => messages as { $ref: string }[],
    );
    expect([...new Set(used.map(({ $ref }) => $ref.split('/').at(-1)))].sort()).toEqual(expected);
  });

  it('has every close code', () => {
    const told = asyncApi.channels.v1['x-close-codes'].map(({ code }: { code: number }) => code);
    expect(told).toEqual(expect.arrayContaining([1009, ...Object.values(Close).map(({ code }) => code)]));
  });

  it('has examples that its schemas take', () => {
    for (const [name, { examples }] of Object.entries<any>(asyncApi.components.messages)) {
      const pointer = `/components/messages/${name}/payload`;
      expect(complaints('asyncapi', pointer, examples[0].payload), name).toEqual([]);
    }
  });
});

describe('the OpenAPI document', () => {
  it('is valid', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(openApi))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('tells calls apart', () => {
    const ids = documented().map(({ operation }) => operation.operationId as string);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has exactly the calls that there are', () => {
    const calls = documented().map(({ call }) => call);
    const routes = routesOf(AppModule.on({} as never)).filter((route) =>
      /^\w+ \/(v1|health)(\/|$)/.test(route),
    );
    expect(routes.filter((route) => !calls.includes(route))).toEqual([]);
    expect(calls.filter((call) => !routes.includes(call))).toEqual([]);
  });

  it('names every parameter of its paths', () => {
    for (const { call, operation } of documented()) {
      const named = (operation.parameters ?? []).map(
        ({ $ref }: { $ref: string }) => openApi.components.parameters[$ref.split('/').at(-1)!],
      );
      const inPath = named
        .filter((parameter: any) => parameter.in === 'path')
        .map(({ name }: any) => `{${name}}`);
      expect(inPath.sort(), call).toEqual((call.match(/\{\w+\}/g) ?? []).sort());
    }
  });

  it('has an event for every webhook', () => {
    expect(Object.keys(openApi.webhooks)).toEqual([...WEBHOOK_EVENT_TYPES]);
    for (const [name, { post }] of Object.entries<any>(openApi.webhooks)) {
      const pointer = `/webhooks/${name}/post/requestBody/content/application~1json/schema`;
      const { example } = post.requestBody.content['application/json'];
      expect(complaints('openapi', pointer, example), name).toEqual([]);
      expect(complaints('openapi', pointer, { ...example, eventType: 'payment.lost' })).not.toEqual([]);
    }
  });

  it('has examples that its schemas take', () => {
    let count = 0;
    for (const { pointer, operation } of documented()) {
      const bodies = { requestBody: operation.requestBody, ...prefixed('responses/', operation.responses) };
      for (const [part, body] of Object.entries<any>(bodies)) {
        const content = body?.content?.['application/json'];
        if (content?.example === undefined) continue;
        count++;
        const schema = `${pointer}/${part}/content/application~1json/schema`;
        expect(complaints('openapi', schema, content.example), schema).toEqual([]);
      }
    }
    expect(count).toBeGreaterThan(19);
  });

  it('signs as the gateway checks', () => {
    const timestamp = '2025-01-01T00:00:00.000Z';
    const body = '{"amount":"1.00","currency":"PHP","paymentMethod":"CARD"}';
    for (const [method, path, text] of [
      ['GET', '/v1/terminals', ''],
      ['POST', '/v1/terminals/T1/payments', body],
    ] as const) {
      const signature = signatureOf('test-secret', { method, path, timestamp, body: Buffer.from(text) });
      expect(openApi.info.description).toContain(signature);
      expect(openApi.info.description).toContain(`${method} ${path}`);
    }
    expect(openApi.info.description).toContain(body);
  });
});

describe('the errors of the documents', () => {
  it('are those of the catalogue', () => {
    for (const { components } of [openApi, asyncApi]) {
      expect([...components.schemas.ErrorCode.enum].sort()).toEqual(CODES);
    }
    expect(Object.keys(openApi.components.examples).sort()).toEqual([...ERROR_NAMES].sort());
  });

  it('are good in every answer that has them', () => {
    for (const [name, { content }] of Object.entries<any>(openApi.components.responses)) {
      const pointer = `/components/responses/${name}/content/application~1json/schema`;
      for (const error of Object.keys(content['application/json'].examples)) {
        const body = new GatewayError(error as ErrorName).toHttpBody();
        expect(complaints('openapi', pointer, body), name).toEqual([]);
      }
      expect(complaints('openapi', pointer, openApi.components.examples.UNKNOWN_ACTION.value)).not.toEqual(
        [],
      );
    }
  });

  it('stand under their status, each with some call', () => {
    const told = documented().flatMap(({ operation }) => errorsOf(operation));
    for (const { status, name } of told) expect(status, name).toBe(new GatewayError(name).httpStatus);
    const names = new Set(told.map(({ name }) => name));
    const absent = ERROR_NAMES.filter((name) => !names.has(name)).sort();
    expect(absent).toEqual([...WEBSOCKET_ONLY, ...NO_CALL].sort());
  });

  it('tell when to try again', () => {
    const limited = Object.entries<any>(openApi.components.responses).filter(([name]) =>
      /^TooMany/.test(name),
    );
    expect(limited.map(([, { headers }]) => 'retry-after' in headers)).toEqual([true]);
  });
});

it('carry the version that they are asked to', () => {
  expect([openApi.info.version, asyncApi.info.version]).toEqual(['1.2.3', '1.2.3']);
});

function documented(): DocumentedOperation[] {
  return Object.entries<any>(openApi.paths).flatMap(([path, methods]) =>
    Object.entries<any>(methods).map(([method, operation]) => ({
      call: `${method.toUpperCase()} ${path}`,
      pointer: `/paths/${path.replaceAll('/', '~1').replace(/[{}]/g, encodeURIComponent)}/${method}`,
      operation,
    })),
  );
}

/** The errors that a documented call can answer with. */
function errorsOf(operation: any): { status: number; name: ErrorName }[] {
  return Object.entries<any>(operation.responses).flatMap(([status, { $ref }]) => {
    const response = openApi.components.responses[$ref?.split('/').at(-1) ?? ''];
    const names = Object.keys(response?.content['application/json'].examples ?? {}) as ErrorName[];
    return names.map((name) => ({ status: Number(status), name }));
  });
}

function prefixed(prefix: string, entries: object): object {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [prefix + name, value]));
}

/** The routes of a module and all that it imports, as `METHOD /path/{parameter}`. */
function routesOf(module: Type | DynamicModule, seen = new Set<unknown>()): string[] {
  const type: Type = 'module' in module ? module.module : module;
  if (seen.has(type)) return [];
  seen.add(type);
  const own: Partial<DynamicModule> = 'module' in module ? module : {};
  const listed = (name: 'imports' | 'controllers'): any[] => [
    ...((Reflect.getMetadata(name, type) as unknown[] | undefined) ?? []),
    ...(own[name] ?? []),
  ];
  return [
    ...listed('controllers').flatMap(routesOfController),
    ...listed('imports').flatMap((imported) => routesOf(imported as Type, seen)),
  ];
}

function routesOfController(controller: Type): string[] {
  const base = Reflect.getMetadata('path', controller) as string;
  const handlers = Object.getOwnPropertyNames(controller.prototype).map(
    (name) => Object.getOwnPropertyDescriptor(controller.prototype, name)!.value as object,
  );
  return handlers
    .filter((handler) => typeof handler === 'function' && Reflect.hasMetadata('method', handler))
    .map((handler) => {
      const method = RequestMethod[Reflect.getMetadata('method', handler) as number];
      const parts = [base, Reflect.getMetadata('path', handler) as string].flatMap((path) => path.split('/'));
      const path = parts.filter(Boolean).map((part) => part.replace(/^:(\w+)$/, '{$1}'));
      return `${method} /${path.join('/')}`;
    });
}
