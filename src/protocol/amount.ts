import { registerDecorator, type ValidationOptions } from 'class-validator';
import { decimalParts } from './canonical-json.js';
import { ExactNumber } from './json-text.js';

export const MAX_INTEGER_DIGITS = 15;
export const MAX_FRACTION_DIGITS = 4;
/** An amount given as text; one of its digits must be other than 0. */
export const AMOUNT_TEXT = new RegExp(`^\\d{1,${MAX_INTEGER_DIGITS}}(\\.\\d{1,${MAX_FRACTION_DIGITS}})?$`);

/** True for a decimal above zero with at most 15 integer and 4 fraction digits, given as text or as a JSON number. */
export function isAmount(value: unknown): boolean {
  if (typeof value === 'string') {
    return AMOUNT_TEXT.test(value) && /[1-9]/.test(value);
  }
  if (!(value instanceof ExactNumber)) {
    return false;
  }
  const { negative, digits, exponent } = decimalParts(value.text);
  const integerDigits = digits.length + exponent;
  return (
    !negative && digits !== '' && integerDigits <= MAX_INTEGER_DIGITS && -exponent <= MAX_FRACTION_DIGITS
  );
}

/** class-validator decorator for {@link isAmount}. */
export function IsAmount(options?: ValidationOptions): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isAmount',
      target: target.constructor,
      propertyName: propertyName as string,
      ...(options && { options }),
      validator: {
        validate: isAmount,
        defaultMessage: () =>
          `$property must be a decimal greater than 0 with at most ${MAX_INTEGER_DIGITS} integer and ${MAX_FRACTION_DIGITS} fraction digits`,
      },
    });
}
