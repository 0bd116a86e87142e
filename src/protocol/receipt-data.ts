import { registerDecorator } from 'class-validator';

export const MAX_RECEIPT_BYTES = 64 * 1024;

/** True for a string or object of at most 64 KiB, measured as UTF-8 (an object as its JSON text). */
export function isReceiptData(value: unknown): boolean {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) {
    return false;
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return Buffer.byteLength(text) <= MAX_RECEIPT_BYTES;
}

/** class-validator decorator for {@link isReceiptData}. */
export function IsReceiptData(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isReceiptData',
      target: target.constructor,
      propertyName: propertyName as string,
      validator: {
        validate: isReceiptData,
        defaultMessage: () => '$property must be a string or an object of at most 64 KiB',
      },
    });
}
