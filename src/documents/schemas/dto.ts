import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { CURRENCIES, MAX_RECEIPT_BYTES, PAYMENT_METHODS, WEBHOOK_EVENT_TYPES } from '../../protocol/index.js';
import { nullable, ref, type JsonSchema } from '../schema.js';

/** Lists of values that have a schema of their own. */
const SHARED_LISTS = new Map([
  [[...CURRENCIES].join(), 'Currency'],
  [PAYMENT_METHODS.join(), 'PaymentMethod'],
  [WEBHOOK_EVENT_TYPES.join(), 'WebhookEventType'],
]);

/** A rule of a member: what it is asked with, and of which member it is. */
interface Rule {
  propertyName: string;
  constraints: unknown[];
}

type Condition = (dto: object, value: unknown) => boolean;

/** Said of members that may be null; it leaves a schema again before it is used. */
const MAY_BE_NULL = 'x-may-be-null';
type Marked = JsonSchema & { [MAY_BE_NULL]?: true };

/** What the rules of DTO members mean as a schema, where the library does not know or knows less. */
const RULES = {
  isAmount: ref('Amount'),
  isReceiptData: { type: ['string', 'object'], maxLength: MAX_RECEIPT_BYTES },
  // A condition that spares null from the other rules lets it pass.
  conditionalValidation: ({ propertyName, constraints }: Rule) => {
    const isChecked = constraints[0] as Condition;
    return isChecked({ [propertyName]: null }, null) ? {} : { [MAY_BE_NULL]: true };
  },
  isIn: ({ constraints }: Rule) => {
    const values = constraints[0] as string[];
    const shared = SHARED_LISTS.get(values.join());
    return shared === undefined ? { type: 'string', enum: values } : ref(shared);
  },
};

/**
 * The schema of what a client sends, from the rules by which the gateway checks it.
 * @param descriptions of every member of the DTO
 */
export function dtoSchema<T extends object>(
  type: new () => T,
  descriptions: { [member in keyof Required<T>]: string },
): JsonSchema {
  // The library writes OpenAPI 3.0 types; of those, only what JSON Schema knows as well can come of our rules.
  const generated = targetConstructorToSchema(type, { additionalConverters: RULES as never }) as JsonSchema;
  const required = generated.required ?? [];
  const names = Object.keys(descriptions) as (keyof T & string)[];
  const properties = names.map((name) => {
    const { [MAY_BE_NULL]: mayBeNull, ...schema } = generated.properties![name] as Marked;
    const described = { ...schema, description: descriptions[name] };
    return [name, mayBeNull ? nullable(described) : described] as const;
  });
  return {
    type: 'object',
    ...(required.length > 0 && { required: names.filter((name) => required.includes(name)) }),
    properties: Object.fromEntries(properties),
  };
}
