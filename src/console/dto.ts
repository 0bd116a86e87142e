import { IsIn, IsInt, IsObject, IsString, Length, Matches, Max, MaxLength, Min } from 'class-validator';
import { KEY_KINDS, type KeyKind } from '../keys/index.js';
import { RESOLUTION_OUTCOMES, type ResolutionOutcome } from '../payments/index.js';
import { IfPresent, TRANSACTION_STATUSES, type TransactionStatus } from '../protocol/index.js';

const KEY_RULE = { message: '$property must be a string of 1 to 512 characters' };
const LONGEST_OVERLAP_MIN = 7 * 24 * 60;
const OVERLAP_RULE = { message: `$property must be an integer from 0 to ${LONGEST_OVERLAP_MIN}` };
const LIMIT = /^(?:[1-9]\d?|1\d\d|200)$/;
const LIMIT_RULE = { message: '$property must be an integer from 1 to 200' };
const NAME_RULE = { message: '$property must be a string of 1 to 128 characters' };
const LONGEST_NOTE = 500;
const NOTE_RULE = { message: `$property must be a string of at most ${LONGEST_NOTE} characters` };
const ACT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z_[\da-f-]{36}$/;

/** `POST /console/api/session` */
export class SignInDto {
  @IsString(KEY_RULE)
  @Length(1, 512, KEY_RULE)
  key!: string;
}

/** `POST /console/api/keys`; what the names may be, the keys decide. */
export class CreateKeyDto {
  @IsIn(KEY_KINDS, { message: `$property must be one of ${KEY_KINDS.join(', ')}` })
  kind!: KeyKind;

  @IfPresent()
  @IsString()
  groupId?: string;

  @IfPresent()
  @IsString()
  id?: string;

  @IfPresent()
  @IsString()
  deviceId?: string;

  @IfPresent()
  @IsObject()
  metadata?: object;
}

/** `POST /console/api/keys/{id}/rotate` */
export class RotateKeyDto {
  @IsInt(OVERLAP_RULE)
  @Min(0, OVERLAP_RULE)
  @Max(LONGEST_OVERLAP_MIN, OVERLAP_RULE)
  overlapMinutes!: number;
}

/** The query of a list that is read page by page. */
export class PageDto {
  @IfPresent()
  @IsString()
  @Length(1, 128, { message: '$property must be the "next" of a page' })
  after?: string;
}

/** The query of `GET /console/api/audit`. */
export class ListActsDto {
  @IfPresent()
  @Matches(ACT, { message: '$property must be the "next" of a page' })
  before?: string;

  @IfPresent()
  @Matches(LIMIT, LIMIT_RULE)
  limit?: string;
}

/** Names one terminal. */
export class FloorKeyDto {
  @IsString(NAME_RULE)
  @Length(1, 128, NAME_RULE)
  groupId!: string;

  @IsString(NAME_RULE)
  @Length(1, 128, NAME_RULE)
  keyId!: string;
}

/** The query of `GET /console/api/payments`. */
export class PaymentsQueryDto {
  @IfPresent()
  @IsString(NAME_RULE)
  @Length(1, 128, NAME_RULE)
  group?: string;

  @IfPresent()
  @IsString(NAME_RULE)
  @Length(1, 128, NAME_RULE)
  terminal?: string;

  @IfPresent()
  @IsIn(TRANSACTION_STATUSES, { message: `$property must be one of ${TRANSACTION_STATUSES.join(', ')}` })
  status?: TransactionStatus;

  @IfPresent()
  @IsIn(['1'], { message: '$property must be 1' })
  attention?: '1';

  @IfPresent()
  @IsString(NAME_RULE)
  @Length(1, 128, NAME_RULE)
  transaction?: string;

  @IfPresent()
  @IsString({ message: '$property must be the "next" of a page' })
  before?: string;

  @IfPresent()
  @Matches(LIMIT, LIMIT_RULE)
  limit?: string;
}

/** `POST /console/api/payments/{groupId}/{transactionId}/resolution` */
export class ResolveDto {
  @IsIn(RESOLUTION_OUTCOMES, { message: `$property must be one of ${RESOLUTION_OUTCOMES.join(', ')}` })
  outcome!: ResolutionOutcome;

  @IsString(NOTE_RULE)
  @MaxLength(LONGEST_NOTE, NOTE_RULE)
  note!: string;
}
