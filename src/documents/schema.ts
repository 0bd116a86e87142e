/**
 * A JSON Schema in the part that both documents understand: OpenAPI 3.1 reads 2020-12, AsyncAPI 3.0 reads draft-07, so nothing
 * that only one of them knows. Members beside `$ref` are for people only.
 */
export interface JsonSchema {
  $ref?: string;
  title?: string;
  description?: string;
  type?: string | string[];
  const?: unknown;
  enum?: readonly unknown[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  uniqueItems?: boolean;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: readonly string[];
  allOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  if?: JsonSchema;
  then?: JsonSchema;
  not?: JsonSchema;
  default?: unknown;
  examples?: unknown[];
  additionalProperties?: JsonSchema;
}

export const SCHEMA_PREFIX = '#/components/schemas/';

/** A shared schema by its name in `components`. */
export function ref(name: string, description?: string): JsonSchema {
  return { $ref: SCHEMA_PREFIX + name, ...(description !== undefined && { description }) };
}

export function text(description: string, ...examples: string[]): JsonSchema {
  return { type: 'string', description, ...(examples.length > 0 && { examples }) };
}

export function literal(value: string | boolean): JsonSchema {
  return { type: typeof value, const: value };
}

export function oneOf(values: readonly string[], description?: string): JsonSchema {
  return { type: 'string', enum: values, ...(description !== undefined && { description }) };
}

export function listOf(items: JsonSchema, description?: string): JsonSchema {
  return { type: 'array', items, ...(description !== undefined && { description }) };
}

/** An object of which more members may come: clients ignore what they do not know. */
export function object(
  required: Record<string, JsonSchema>,
  optional: Record<string, JsonSchema> = {},
  description?: string,
): JsonSchema {
  const names = Object.keys(required);
  return {
    type: 'object',
    ...(description !== undefined && { description }),
    ...(names.length > 0 && { required: names }),
    properties: { ...required, ...optional },
  };
}

/** An object schema with further members. */
export function extended(
  base: JsonSchema,
  required: Record<string, JsonSchema>,
  optional: Record<string, JsonSchema> = {},
): JsonSchema {
  return {
    ...base,
    required: [...Object.keys(required), ...(base.required ?? [])],
    properties: { ...required, ...optional, ...base.properties },
  };
}

/** A shared schema, with the time at which it was told. */
export function stamped(name: string): JsonSchema {
  return { type: 'object', allOf: [ref(name), object({ timestamp: ref('Timestamp') })] };
}

/** The same, with null allowed. */
export function nullable(schema: JsonSchema): JsonSchema {
  if (typeof schema.type === 'string' && schema.enum === undefined) {
    return { ...schema, type: [schema.type, 'null'] };
  }
  const { description, ...rest } = schema;
  const anyOf = [...(rest.anyOf ?? [rest]), { type: 'null' }];
  return { ...(description !== undefined && { description }), anyOf };
}

/** Those of the shared schemas that something refers to, themselves included in the search. */
export function referencedBy(
  root: unknown,
  shared: Readonly<Record<string, JsonSchema>>,
): Record<string, JsonSchema> {
  const found = new Set<string>();
  const search = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([\w.-]+)"/g)) {
      if (!found.has(name)) {
        found.add(name);
        search(schemaNamed(shared, name));
      }
    }
  };
  search(root);
  return Object.fromEntries([...found].sort().map((name) => [name, schemaNamed(shared, name)]));
}

function schemaNamed(shared: Readonly<Record<string, JsonSchema>>, name: string): JsonSchema {
  const schema = shared[name];
  if (schema === undefined) {
    throw new Error(`There is no shared schema "${name}"`);
  }
  return schema;
}
