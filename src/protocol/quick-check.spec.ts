import { getMetadataStorage, validateSync } from 'class-validator';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExactNumber } from './json-text.js';
import * as requests from './dto/requests.dto.js';
import * as paymentRequest from './dto/payment-request.dto.js';
import * as paymentResponse from './dto/payment-response.dto.js';
import * as webhooks from './dto/webhooks.dto.js';
import { compileQuickCheck } from './quick-check.js';

type Dto = new () => Record<string, unknown>;

const DTOS = Object.entries({ ...paymentRequest, ...paymentResponse, ...requests, ...webhooks }).filter(
  ([name]) => /^[A-Z]\w*Dto$/.test(name),
) as unknown as [string, Dto][];

/** Values that one rule or another accepts, beside those that hardly any does. */
const value = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, '', 'a', 'x'.repeat(128), 'x'.repeat(129), true, 0, 1.5),
  fc.constantFrom(
    'EUR',
    'eur',
    'card',
    'CARD',
    'SUCCESS',
    'PENDING',
    'CANCELLED',
    'TOO_LATE',
    'VOIDED',
    'FAILED',
  ),
  fc.constantFrom(
    '12.50',
    '0.00',
    '1e3',
    'https://shop.example/hook',
    'payment.completed',
    '2026-01-01T00:00:00Z',
  ),
  fc.constantFrom<unknown>(
    new ExactNumber('10.10'),
    new ExactNumber('0'),
    {},
    { a: 1 },
    [],
    [{}],
    [1],
    ['payment.completed'],
  ),
  fc.anything(),
);

it('finds the classes', () => expect(DTOS.length).toBeGreaterThan(8));

describe.each(DTOS)('%s', (_name, type) => {
  const isGood = compileQuickCheck(type)!;
  const names = [...new Set(propertiesOf(type))];

  it('is judged as the library judges it', () => {
    expect(isGood).toBeDefined();
    fc.assert(
      fc.property(fc.array(value, { minLength: names.length, maxLength: names.length }), (values) => {
        const dto = new type();
        names.forEach((name, i) => (dto[name] = values[i]));
        expect(isGood(dto)).toBe(validateSync(dto, { forbidUnknownValues: false }).length === 0);
      }),
      { numRuns: 300 },
    );
  });
});

function propertiesOf(type: Dto): string[] {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  return metadata.map(({ propertyName }) => propertyName);
}
