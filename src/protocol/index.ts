export * from './actions.js';
export { AMOUNT_TEXT, MAX_FRACTION_DIGITS, MAX_INTEGER_DIGITS } from './amount.js';
export { maskCardData, maskCardText } from './card-data.js';
export * from './close-codes.js';
export { CURRENCIES } from './currencies.js';
export * from './errors.js';
export * from './frames.js';
export type * from './principal.js';
export * from './payment-frames.js';
export { canonicalJson, decimalParts } from './canonical-json.js';
export {
  ExactNumber,
  elementTexts,
  isShallow,
  memberTexts,
  openObject,
  withMember,
  withoutMembers,
} from './json-text.js';
export { newId } from './new-id.js';
export { MAX_RECEIPT_BYTES } from './receipt-data.js';
export { validateDto, validationFailed } from './validate.js';
export * from './dto/payment-request.dto.js';
export * from './dto/payment-response.dto.js';
export * from './dto/requests.dto.js';
export * from './dto/webhooks.dto.js';
export * from './webhook-events.js';
