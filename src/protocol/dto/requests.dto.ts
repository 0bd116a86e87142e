import { IsBoolean, IsIn, IsNotEmpty, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { MAX_TRANSACTION_ID_LENGTH } from './payment-request.dto.js';

const TRANSACTION_ID_RULE = { message: '$property must be a string of 1 to 128 characters' };

/** `getTerminals`, desktop only. */
export class GetTerminalsDto {
  /** Also list configured terminals that are not connected. */
  @IsOptional()
  @IsBoolean()
  includeOffline?: boolean;
}

/** `payment`, desktop only: what stands beside `paymentRequest`. */
export class PaymentDto {
  /** A `deviceId` of the caller's group, or a `connectionId`. */
  @IsString()
  terminalId!: string;
}

/** `getTransaction`, and every other request about one transaction. */
export class TransactionReferenceDto {
  @IsString(TRANSACTION_ID_RULE)
  @Length(1, MAX_TRANSACTION_ID_LENGTH, TRANSACTION_ID_RULE)
  transactionId!: string;
}

/** `paymentResponse`, terminal only: what stands beside `paymentResponse`. */
export class TerminalResponseDto {
  @IsOptional()
  @IsString(TRANSACTION_ID_RULE)
  @Length(1, MAX_TRANSACTION_ID_LENGTH, TRANSACTION_ID_RULE)
  transactionId?: string;
}

/** `ack`, desktop only. */
export class AckDto {
  @IsString()
  @IsNotEmpty()
  eventId!: string;
}

/** `paymentProgress`, terminal only. */
export class PaymentProgressDto extends TransactionReferenceDto {
  @IsString({ message: '$property must be a string of 1 to 64 characters' })
  @Length(1, 64, { message: '$property must be a string of 1 to 64 characters' })
  stage!: string;

  @IsOptional()
  @IsString()
  @MaxLength(1024)
  message?: string;
}

/** `voidResponse`, terminal only. */
export class VoidResponseDto extends TransactionReferenceDto {
  @IsIn(['SUCCESS', 'FAILED'], { message: '$property must be one of SUCCESS, FAILED' })
  status!: 'SUCCESS' | 'FAILED';

  @IsOptional()
  @IsString()
  @MaxLength(128)
  errorCode?: string;

  @IsOptional()
  @IsString()
  @MaxLength(1024)
  errorMessage?: string;
}

/** `cancelResponse`, terminal only. */
export class CancelResponseDto extends TransactionReferenceDto {
  @IsIn(['CANCELLED', 'TOO_LATE'], { message: '$property must be one of CANCELLED, TOO_LATE' })
  status!: 'CANCELLED' | 'TOO_LATE';
}
