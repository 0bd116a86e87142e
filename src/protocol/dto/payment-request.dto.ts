import { IsArray, IsIn, IsObject, IsOptional, IsString, Length } from 'class-validator';
import { PAYMENT_METHODS } from '../actions.js';
import { IsAmount } from '../amount.js';
import { CURRENCIES } from '../currencies.js';
import type { ExactNumber } from '../json-text.js';

export const MAX_TRANSACTION_ID_LENGTH = 128;

/** `paymentRequest` of a `payment` frame. Members that are not named here are kept and passed through. */
export class PaymentRequestDto {
  /** The caller's key for idempotency; made by the server when absent. */
  @IsOptional()
  @IsString({ message: '$property must be a string of 1 to 128 characters' })
  @Length(1, MAX_TRANSACTION_ID_LENGTH, { message: '$property must be a string of 1 to 128 characters' })
  transactionId?: string;

  @IsAmount()
  amount!: string | ExactNumber;

  @IsIn([...CURRENCIES], { message: '$property must be an ISO 4217 alphabetic code' })
  currency!: string;

  @IsIn(PAYMENT_METHODS, { message: `$property must be one of ${PAYMENT_METHODS.join(', ')}` })
  paymentMethod!: (typeof PAYMENT_METHODS)[number];

  @IsOptional()
  @IsArray({ message: '$property must be an array of objects' })
  @IsObject({ each: true, message: '$property must be an array of objects' })
  products?: object[];

  @IsOptional()
  @IsObject()
  customerInfo?: object;

  /** Stored, and echoed in every result. */
  @IsOptional()
  @IsObject()
  metadata?: object;
}
