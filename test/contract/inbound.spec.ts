import { describe, expect, it } from 'vitest';
import { isSameRequest, readPaymentOrder, readTerminalAnswer } from '../../src/payments/index.js';
import {
  GatewayError,
  GetTerminalsDto,
  parseFrame,
  TransactionReferenceDto,
  unknownAction,
  validateDto,
} from '../../src/protocol/index.js';
import amounts from './frames/amounts.json' with { type: 'json' };
import anyFrame from './frames/any-frame.json' with { type: 'json' };
import lookups from './frames/lookups.json' with { type: 'json' };
import paymentResponses from './frames/payment-response.json' with { type: 'json' };
import payments from './frames/payment.json' with { type: 'json' };
import sameRequest from './frames/same-request.json' with { type: 'json' };

/**
 * Golden frames from clients, run through the readers that the gateway uses. Each states its input and what exactly it is
 * read as, or the error it costs. They are the contract: changing one is a change of the protocol, not a repair of a test.
 */

interface Golden {
  name: string;
  /** The frame as text. `@[n]` in it stands for n nested arrays. */
  text?: string;
  /** The frame as bytes. */
  hex?: string;
  /** The frame as an object; its action is added. */
  frame?: object;
  binary?: boolean;
  /** Code of the error. */
  error?: string;
  /** Details of a VALIDATION_FAILED, whose message is that of the first. */
  details?: { field: string; message: string }[];
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('any frame', () => {
  it.each(anyFrame as (Golden & { action?: string })[])('$name', (golden) => {
    if (golden.error === undefined) expect(parse(golden).action).toBe(golden.action);
    else expect(errorOf(() => parse(golden)).code).toBe(golden.error);
  });

  it('an unknown action is shown as 64 printable characters at most', () => {
    expect(unknownAction('fly').message).toBe('Unknown action: fly');
    expect(unknownAction(`\u0000a\nb\ud800é☃${'x'.repeat(99)}`).message).toBe(
      `Unknown action: ab${'x'.repeat(62)}`,
    );
  });
});

describe('payment', () => {
  it.each(payments as (Golden & { order?: Record<string, unknown> })[])('$name', (golden) => {
    const read = () => readPaymentOrder(parse(golden, 'payment'));
    if (!golden.order) return expectRefusal(golden, read);
    const { transactionId, requestText, echo, terminalId } = read();
    if (golden.order.transactionId === '<uuidv7>') expect(transactionId).toMatch(UUID_V7);
    const expected = JSON.stringify(golden.order).replaceAll('<uuidv7>', transactionId);
    expect({ terminalId, transactionId, requestText, echo: Object.fromEntries(echo) }).toEqual(
      JSON.parse(expected),
    );
  });

  it.each(amounts.good)('takes the amount %s and keeps it as it is', (amount) => {
    const { echo, requestText } = readPaymentOrder(paymentOf(amount));
    expect(echo.get('amount')).toBe(amount);
    expect(requestText).toContain(`"amount":${amount}`);
  });

  it.each(amounts.bad)('refuses the amount %s', (amount) => {
    const { details } = errorOf(() => readPaymentOrder(paymentOf(amount)));
    expect(details?.map(({ field }) => field)).toEqual(['paymentRequest.amount']);
  });

  it('is the same request when it is the same JSON value', () => {
    const textOf = (text: string) => readPaymentOrder(paymentWith(text)).requestText;
    const isSame = (text: string) => isSameRequest(textOf(text), textOf(sameRequest.base));
    expect(sameRequest.same.filter((text) => !isSame(text))).toEqual([]);
    expect(sameRequest.different.filter(isSame)).toEqual([]);
  });
});

describe('paymentResponse', () => {
  it.each(paymentResponses as (Golden & { answer?: object })[])('$name', (golden) => {
    const read = () => readTerminalAnswer(parse(golden, 'paymentResponse'));
    if (golden.answer) expect(read()).toEqual(golden.answer);
    else expectRefusal(golden, read);
  });

  it('takes a receipt of 64 KiB and not a byte more', () => {
    const withReceipt = (receiptData: unknown) => () =>
      readTerminalAnswer(
        parse(
          { name: '', frame: { transactionId: 't', paymentResponse: { status: 'SUCCESS', receiptData } } },
          'x',
        ),
      );
    expect(withReceipt('x'.repeat(65_536))).not.toThrow();
    expect(withReceipt({ a: 'x'.repeat(65_528) })).not.toThrow();
    for (const tooLarge of ['x'.repeat(65_537), 'é'.repeat(32_769), { a: 'x'.repeat(65_529) }]) {
      expect(errorOf(withReceipt(tooLarge)).details?.[0]?.field).toBe('paymentResponse.receiptData');
    }
  });
});

describe.each([
  ['getTerminals', GetTerminalsDto, lookups.getTerminals],
  ['getTransaction', TransactionReferenceDto, lookups.getTransaction],
] as [string, new () => object, (Golden & { read?: object })[]][])('%s', (action, type, goldens) => {
  it.each(goldens)('$name', (golden) => {
    const read = () => validateDto(type, parse(golden, action).body);
    if (golden.read) expect({ ...read() }).toEqual(golden.read);
    else expectRefusal(golden, read);
  });
});

function parse({ text, hex, frame, binary = false }: Golden, action = 'x') {
  if (hex !== undefined) return parseFrame(Buffer.from(hex, 'hex'), binary);
  const nested = text?.replace(/@\[(\d+)\]/, (_, n: string) => '['.repeat(+n) + ']'.repeat(+n));
  return parseFrame(Buffer.from(nested ?? JSON.stringify({ action, ...frame })), binary);
}

function paymentOf(amount: string) {
  return paymentWith(`{"transactionId":"t","amount":${amount},"currency":"EUR","paymentMethod":"CARD"}`);
}

function paymentWith(request: string) {
  const text = `{"action":"payment","terminalId":"T","paymentRequest":${request}}`;
  return parseFrame(Buffer.from(text), false);
}

function expectRefusal({ error, details }: Golden, read: () => unknown): void {
  const body = errorOf(read);
  expect(body.code).toBe(error ?? 'VALIDATION_FAILED');
  expect(body.details).toEqual(details);
  if (details) expect(body.message).toBe(details[0]!.message);
}

function errorOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (error instanceof GatewayError) return error.toBody();
    throw error;
  }
  throw new Error('it was not refused');
}
