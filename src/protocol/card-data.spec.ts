import { describe, expect, it } from 'vitest';
import { maskCardData, maskCardText } from './card-data.js';

/** Test numbers that the schemes publish, and longer ones of their ranges. */
const CARDS: [scheme: string, number: string, masked: string][] = [
  ['Visa', '4111111111111111', '411111******1111'],
  ['Visa, 13 digits', '4222222222222', '422222***2222'],
  ['Visa, 19 digits', '4035300539804500011', '403530*********0011'],
  ['Mastercard', '5555555555554444', '555555******4444'],
  ['Mastercard, 2 series', '2223003122003222', '222300******3222'],
  ['American Express', '378282246310005', '378282*****0005'],
  ['Diners Club', '30569309025904', '305693****5904'],
  ['Discover', '6011111111111117', '601111******1117'],
  ['JCB', '3530111333300000', '353011******0000'],
  ['Maestro', '6759649826438453', '675964******8453'],
  ['UnionPay, 19 digits', '6205500000000000004', '620550*********0004'],
];

describe('a card number', () => {
  it.each(CARDS)('of %s keeps its first six and last four digits', (_scheme, number, masked) => {
    expect(maskCardText(number)).toBe(masked);
    expect(maskCardText(`paid with ${number}, thanks`)).toBe(`paid with ${masked}, thanks`);
    expect(maskCardText(`card${number}x`)).toBe(`card${masked}x`);
    expect(maskCardData(`{"note":"${number}"}`)).toBe(`{"note":"${masked}"}`);
    expect(maskCardData(`{"card":${number}}`)).toBe(`{"card":"${masked}"}`);
  });

  it.each([
    ['4111 1111 1111 1111', '4111 11** **** 1111'],
    ['4111-1111-1111-1111', '4111-11** **** 1111'.replaceAll(' ', '-')],
    ['3782 822463 10005', '3782 82**** *0005'],
    ['4111\u00a01111\u00a01111\u00a01111', '4111\u00a011**\u00a0****\u00a01111'],
  ])('is found in groups: %s', (text, masked) => {
    expect(maskCardText(`no. ${text}.`)).toBe(`no. ${masked}.`);
  });

  it('is found wherever it stands in a JSON text, and nothing else is touched', () => {
    const json =
      '{ "a" : [1, {"4111111111111111": "x"}, "5555555555554444"], "amount":10.10, "b":"\\u0034111111111111111", "c":null }';
    expect(maskCardData(json)).toBe(
      '{ "a" : [1, {"411111******1111": "x"}, "555555******4444"], "amount":10.10, "b":"411111******1111", "c":null }',
    );
  });

  it('is found in JSON that is kept inside a string', () => {
    const inner = JSON.stringify({ pan: '4111111111111111', cvv: '123', cvc: 456 });
    const shown = maskCardData(JSON.stringify({ receiptData: inner }));
    expect(shown).not.toMatch(/4111111111111111|123|456/);
  });
});

describe('what only looks like one', () => {
  it.each([
    ['an amount', '{"amount":"411111111111111.10"}'],
    ['an amount without a fraction', '{"amount":"378282246310005"}'],
    ['an amount that is a number', '{"amount":378282246310005}'],
    ['a number with a fraction', '{"total":4111111111111111.5}'],
    ['a time in ms', '{"at":1768473069115}'],
    ['times in ms', JSON.stringify(Array.from({ length: 500 }, (_, i) => 1_768_473_069_000 + i))],
    ['a time as text', '{"at":"20260115103000","iso":"2026-01-15T10:30:00.000Z"}'],
    ['a number without a check digit', '{"order":4111111111111112}'],
    ['a longer number', '{"order":"41111111111111111111111"}'],
    ['a shorter number', '{"order":"411111111111"}'],
    ['a UUID', '{"transactionId":"01975a3c-7c3e-7000-8000-0123456789ab"}'],
    ['a masked number', '{"pan":"411111******1111"}'],
    ['zeros', '{"order":"0000000000000000"}'],
    ['an EAN', '{"ean":"4006381333931x"}'.replace('x', '')],
    ['words with pin in them', '{"shipping":"12 Pine Street","spinning":1,"opinion":"42"}'],
  ])('stays: %s', (what, json) => {
    // An EAN-13 has another check digit than a card, which one in ten passes by chance.
    expect(maskCardData(json), what).toBe(json);
  });

  it('stays as text: ids made by the gateway', () => {
    const ids = ['tgk_9v8S7k2', 'wh_01JHFB2S6Y8C0V2QZ3J5N7X9AB', '0k-3f2b8a9e-1c4d-4e5f-8a7b-9c0d1e2f3a4b'];
    ids.forEach((id) => expect(maskCardText(id)).toBe(id));
  });
});

describe('a track', () => {
  it.each([
    ['track 1', '%B4111111111111111^DOE/JOHN^25121010000000000123?', '***'],
    ['track 2', ';4111111111111111=25121010000000000123?', '***'],
    ['track 2 of a chip', '4111111111111111D25121010000012300000F', '411111******1111***'],
    ['track 2 without sentinels', '4111111111111111=25121010000012300000', '411111******1111***'],
  ])('is not shown at all: %s', (_what, track, masked) => {
    expect(maskCardText(`swiped ${track} ok`)).toBe(`swiped ${masked} ok`);
    expect(maskCardData(JSON.stringify({ raw: track }))).toBe(JSON.stringify({ raw: masked }));
  });
});

describe('a secret of the card', () => {
  it.each([
    'cvv',
    'CVV2',
    'cvc',
    'cardCvc',
    'card_cvv',
    'pin',
    'pinBlock',
    'PIN',
    'encryptedPin',
    'track2',
    'track2Data',
    'csc',
  ])('is not shown, whatever it is: %s', (name) => {
    for (const value of ['"123"', '123', '{"a":[1,"}"]}', '["1","2"]']) {
      expect(maskCardData(`{"x":1,"${name}": ${value} ,"y":2}`)).toBe(`{"x":1,"${name}": "***" ,"y":2}`);
    }
  });

  it('that there is one is none', () => {
    const json = '{"pinVerified":true,"cvv":null,"pin":false}';
    expect(maskCardData(json)).toBe(json);
  });

  it('is found in free text', () => {
    expect(maskCardText('CVV: 123, pin=4321 and cvc2 "999"')).toBe('CVV: ***, pin=*** and cvc2 "999"');
  });
});

it('gives back valid JSON, whatever it is given', () => {
  const values = [
    '{}',
    '[]',
    '""',
    '0',
    'null',
    '[[],{}]',
    '{"a":{"b":[]}}',
    '"4111111111111111"',
    ' [ 4111111111111111 ] ',
  ];
  values.forEach((json) => expect(() => JSON.parse(maskCardData(json)) as unknown).not.toThrow());
});
