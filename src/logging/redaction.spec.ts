import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.js';
import { redactFields, redactText } from './redaction.js';

const PAN = '4111111111111111';

describe('redactText', () => {
  it.each([
    ['card 4111 1111 1111 1111 declined', 'card 4111 11** **** 1111 declined'],
    [`read ;${PAN}=27121010000012300000?`, 'read ***'],
    ['cvv: 123', 'cvv: ***'],
    ['connect redis://user:p@ss/word@cache:6379/0 failed', 'connect redis://***@cache:6379/0 failed'],
    ['https://token@shop.example/hook?auth=abc&x=1#top', 'https://***@shop.example/hook?***'],
    ['GET /v1?x-api-key=abcdef HTTP/1.1', 'GET /v1?*** HTTP/1.1'],
    ['{"x-api-key":"abc-def","a":1}', '{"x-api-key":"***","a":1}'],
    ['{\\"x-api-key\\":\\"abc-def\\"}', '{\\"x-api-key\\":\\"***\\"}'],
    ['Authorization: Bearer abc.def.ghi', 'Authorization: Bearer ***'],
    ['x-signature=AbC+/d==', 'x-signature=***'],
    ['at file:///app/node_modules/@nestjs/core/x.js:1', 'at file:///app/node_modules/@nestjs/core/x.js:1'],
    ['signed with whsec_AbC123+/=', 'signed with ***'],
  ])('%j', (text, safe) => {
    expect(redactText(text)).toBe(safe);
  });

  it.each([
    'Payment already in progress',
    'What now?',
    'a key is missing',
    '2026-11-22T10:30:00.000Z',
    '10.0.0.7:6379',
  ])('leaves %j as it is', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('cuts what is endless, and leaves no half of a number', () => {
    const text = redactText(`${'x'.repeat(8 * 1024 - 10)}${PAN}`);
    expect(text).toMatch(/x…$/);
  });

  it.each(['a', '://', 'a://', '?', '?=', '4', '4 ', 'key:', '=', '%B4^'])(
    'is not slowed down by %j',
    (part) => {
      // Were any of the patterns quadratic, this would take minutes.
      redactText(`key?://${part.repeat(200_000)}`);
    },
  );
});

describe('redactFields', () => {
  it('masks what others have chosen, at any depth, and the values of secrets', () => {
    expect(
      redactFields({
        transactionId: PAN,
        told: { notes: [`paid by ${PAN}`, 4111111111111111], apiKey: 'abc', 'x-signature': 'def' },
      }),
    ).toEqual({
      transactionId: '411111******1111',
      told: { notes: ['paid by 411111******1111', '411111******1111'], apiKey: '***', 'x-signature': '***' },
    });
  });

  it('leaves ids that are made here and times as they are', () => {
    const fields = { traceId: `${PAN}${'0'.repeat(16)}`, at: 1_795_000_000_000, ms: 12 };
    expect(redactFields(fields)).toBe(fields);
  });

  it('does not follow an object that holds itself', () => {
    const endless: Record<string, unknown> = {};
    endless['inner'] = endless;
    expect(JSON.stringify(redactFields(endless))).toContain('***');
  });
});

describe('createLogger', () => {
  it('lets nothing past the defence: fields, message, error and its causes', () => {
    const stream = new PassThrough();
    const logger = createLogger('trace', 'test', stream);
    const cause = Object.assign(new Error(`card ${PAN}`), { command: PAN });
    logger.error({ err: new Error(`at /v1?x-api-key=secret-1`, { cause }), id: PAN }, `got ${PAN}`);
    logger.error(new Error(`thrown with ${PAN}`));
    logger.trace(`traced ${PAN}`);
    const written = String(stream.read());
    expect(written.match(/411111\*{6}1111/g)).toHaveLength(8);
    expect(written).not.toContain(PAN);
    expect(written).not.toContain('secret-1');
  });
});
