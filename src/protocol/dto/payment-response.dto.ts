import { IsIn, IsObject, IsOptional, IsString, Length } from 'class-validator';
import { PAYMENT_METHODS, RESPONSE_STATUSES, type ResponseStatus } from '../actions.js';
import { IsAmount } from '../amount.js';
import { CURRENCIES } from '../currencies.js';
import type { ExactNumber } from '../json-text.js';
import { IsReceiptData } from '../receipt-data.js';
import { MAX_TRANSACTION_ID_LENGTH } from './payment-request.dto.js';

/**
 * `paymentResponse` of a terminal's result. `amount`, `currency` and `paymentMethod` are filled from the request when the
 * terminal leaves them out. Members that are not named here are kept and passed through.
 */
export class PaymentResponseDto {
  @IsOptional()
  @IsString({ message: '$property must be a string of 1 to 128 characters' })
  @Length(1, MAX_TRANSACTION_ID_LENGTH, { message: '$property must be a string of 1 to 128 characters' })
  transactionId?: string;

  @IsIn(RESPONSE_STATUSES, { message: `$property must be one of ${RESPONSE_STATUSES.join(', ')}` })
  status!: ResponseStatus;

  @IsOptional()
  @IsAmount()
  amount?: string | ExactNumber;

  @IsOptional()
  @IsIn([...CURRENCIES], { message: '$property must be an ISO 4217 alphabetic code' })
  currency?: string;

  @IsOptional()
  @IsIn(PAYMENT_METHODS, { message: `$property must be one of ${PAYMENT_METHODS.join(', ')}` })
  paymentMethod?: (typeof PAYMENT_METHODS)[number];

  @IsOptional()
  @IsString()
  authorizationCode?: string;

  @IsOptional()
  @IsString()
  errorCode?: string;

  @IsOptional()
  @IsString()
  errorMessage?: string;

  /** Opaque to the gateway. */
  @IsOptional()
  @IsReceiptData()
  receiptData?: string | object;

  @IsOptional()
  @IsString()
  timestamp?: string;

  @IsOptional()
  @IsObject()
  metadata?: object;
}
