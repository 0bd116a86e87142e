import { skipSpace, stringEnd, valueEnd } from './json-text.js';

/*
 * Card data has no business in a gateway, yet tills and terminals put it into metadata and receipts. What people are shown
 * goes through here. In doubt a number is masked: an order number with asterisks harms nobody.
 */

/** What stands for a value that must not be seen at all. */
const REMOVED = '***';

/** Parts of member names whose values are secrets: verification codes, PINs and magnetic stripes. */
const SECRET_WORDS = new Set(
  'cvv cvv2 cvc cvc2 csc cav2 cvn cvn2 pin pins pinblock track tracks track1 track2 track3 magstripe'.split(
    ' ',
  ),
);
const SECRET_TEXT = /\b(cvv2?|cvc2?|csc|cav2|cvn2?|pin)(["'\s]*[:=]["'\s]*)\d{3,12}(?!\d)/gi;

/** Track 1 and track 2 with their sentinels, and track 2 as chips and messages carry it, without them. */
const TRACK_1 = /%[A-Z]\d[\d ]{7,20}\^[^^?]{0,40}\^[^?]*\??/gi;
const TRACK_2 = /;\d{8,19}=[^?;]*\??/g;
const BARE_TRACK = /(?<!\d)(\d{12,19})[=D]\d{4,}F?/gi;

/** 13 to 19 digits, with a blank or dash between any two of them, that are not part of a longer number. */
const CARD_NUMBER = /(?<![\d.])(?<!\d[ \u00a0-])\d(?:[ \u00a0-]?\d){12,18}(?![ \u00a0-]?\d)/g;
/** Numbers of as many digits that are a time: ms, µs and ns since the epoch, and `YYYYMMDDhhmmss`. */
const TIME = /^(?:1\d{12}|1\d{15}|1\d{18}|20\d\d[01]\d[0-3]\d[0-2]\d[0-5]\d[0-5]\d(?:\d{3})?)$/;
const KEPT_FIRST = 6;
const KEPT_LAST = 4;

/** Members whose value is a decimal amount by the contract, whatever number it looks like. */
const AMOUNT = 'amount';

/** A text with every card number, track and verification code in it masked. */
export function maskCardText(text: string): string {
  return text
    .replace(TRACK_1, REMOVED)
    .replace(TRACK_2, REMOVED)
    .replace(BARE_TRACK, (track, number: string) =>
      hasCheckDigit(number) ? `${masked(number)}${REMOVED}` : track,
    )
    .replace(CARD_NUMBER, (found) => (isCardNumber(found) ? masked(found) : found))
    .replace(SECRET_TEXT, `$1$2${REMOVED}`);
}

/**
 * A JSON text with every card number, track, verification code and PIN in it masked, and everything else byte for byte as it
 * was. Escapes hide nothing: strings are judged by what they say.
 * @param json known to be valid
 */
export function maskCardData(json: string): string {
  let masked = '';
  let copied = 0;
  let name: string | undefined;
  const replace = (from: number, to: number, text: string) => {
    masked += json.slice(copied, from) + text;
    copied = to;
  };
  for (let i = skipSpace(json, 0); i < json.length;) {
    const c = json[i]!;
    const end = '{}[],:'.includes(c) ? i + 1 : c === '"' ? stringEnd(json, i) : valueEnd(json, i);
    const isName = c === '"' && json[skipSpace(json, end)] === ':';
    const safe = isName || c === '"' ? maskedString(json.slice(i, end)) : maskedNumber(json.slice(i, end));
    if (isName) {
      name = JSON.parse(json.slice(i, end)) as string;
      const value = skipSpace(json, skipSpace(json, end) + 1);
      if (isSecret(name, json[value]!)) {
        replace(value, valueEnd(json, value), JSON.stringify(REMOVED));
        i = skipSpace(json, copied);
        continue;
      }
    }
    const isAmount = !isName && name === AMOUNT;
    if (safe !== undefined && !isAmount) {
      replace(i, end, safe);
    }
    if (!isName && c !== ':') {
      name = undefined;
    }
    i = skipSpace(json, end);
  }
  return masked + json.slice(copied);
}

/** @returns the masked string as JSON; undefined if it may stay */
function maskedString(token: string): string | undefined {
  const text = JSON.parse(token) as string;
  const safe = maskCardText(text);
  return safe === text ? undefined : JSON.stringify(safe);
}

/** @returns a card number as a masked JSON string; undefined for every other token */
function maskedNumber(token: string): string | undefined {
  return /^\d{13,19}$/.test(token) && isCardNumber(token) ? JSON.stringify(masked(token)) : undefined;
}

/** @param first character of the value: whether there is a PIN is no secret */
function isSecret(name: string, first: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  const whole = words.join('');
  return !'tfn'.includes(first) && (SECRET_WORDS.has(whole) || words.some((word) => SECRET_WORDS.has(word)));
}

function isCardNumber(found: string): boolean {
  const digits = found.replace(/\D/g, '');
  return !TIME.test(found) && hasCheckDigit(digits);
}

/** The check digit of ISO/IEC 7812 (Luhn). A row of zeros passes it and is no number of a card. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = digit * 2;
    sum += i % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum > 0 && sum % 10 === 0;
}

/** The first six and last four digits stay, as on a receipt; blanks and dashes too. */
function masked(found: string): string {
  const count = found.replace(/\D/g, '').length;
  let seen = 0;
  return found.replace(/\d/g, (digit) => {
    seen += 1;
    return seen <= KEPT_FIRST || seen > count - KEPT_LAST ? digit : '*';
  });
}
