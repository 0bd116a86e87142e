import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERRORS, GatewayError, type ErrorName } from './errors.js';

const documented = ['websocket', 'http'].map((name) =>
  readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8'),
);
const rows = documented
  .join('\n')
  .replaceAll(/ {2,}/g, ' ')
  .split('\n')
  .filter((line) => /^\| \d{3} /.test(line));

describe('error catalogue', () => {
  it.each(Object.keys(ERRORS) as ErrorName[])('documents %s with its status, text and code', (name) => {
    const { status, code, message } = ERRORS[name];
    const row = rows.find(
      (line) => line.startsWith(`| ${status} `) && line.includes(message) && line.includes(`\`${code}\``),
    );
    expect(row, `no row for ${name}`).toBeDefined();
  });

  it('has every code that is documented', () => {
    const codes = new Set(Object.values(ERRORS).map(({ code }) => code as string));
    const listed = rows.map((row) => /\| `(\w+)` \|$/.exec(row)?.[1]);
    expect(listed.filter((code) => !codes.has(code ?? ''))).toEqual([]);
  });
});

describe('GatewayError', () => {
  it('becomes the documented object', () => {
    const error = new GatewayError('PAYMENT_IN_PROGRESS', { transactionId: 't', retrySafe: true });
    expect(error.toBody({ requestAction: 'payment' })).toEqual({
      error: 'Conflict',
      message: 'Payment already in progress on this terminal',
      code: 'PAYMENT_IN_PROGRESS',
      requestAction: 'payment',
      transactionId: 't',
      retrySafe: true,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
    });
  });
});
