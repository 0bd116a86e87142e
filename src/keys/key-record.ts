import {
  IsBoolean,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  MinLength,
} from 'class-validator';
import { DEVICE_TYPES, type DeviceType, type Principal } from '../protocol/index.js';

const NAME = /^[\x20-\x7e]{1,128}$/;
const NAME_RULE = { message: '$property must be 1 to 128 printable ASCII characters' };

/** One record of `API_KEYS_FILE`. */
export class KeyFileRecordDto {
  @Matches(NAME, NAME_RULE)
  id!: string;

  @IsString()
  @MinLength(1)
  @MaxLength(512)
  key!: string;

  @IsOptional()
  @IsString()
  secret?: string;

  @Matches(NAME, NAME_RULE)
  groupId!: string;

  @IsIn(DEVICE_TYPES, { message: `$property must be one of ${DEVICE_TYPES.join(', ')}` })
  deviceType!: DeviceType;

  @IsOptional()
  @Matches(NAME, NAME_RULE)
  deviceId?: string;

  @IsOptional()
  @IsObject()
  metadata?: object;

  @IsOptional()
  @IsBoolean()
  disabled?: boolean;
}

/** An API key record as stored: the key only as its hash. */
export interface KeyRecord {
  id: string;
  /** SHA-256 of the key, hex. */
  keyHash: string;
  /** The key before the last rotation, valid until `previousValidUntil` (ms since the epoch). */
  previousKeyHash?: string | undefined;
  previousValidUntil?: number | undefined;
  /** HMAC secret of the HTTP API, sealed when an encryption key is configured. */
  secret?: string | undefined;
  groupId: string;
  deviceType: DeviceType;
  deviceId?: string | undefined;
  metadata: object;
  disabled: boolean;
}

export function principalOf(record: KeyRecord): Principal {
  const { id: keyId, groupId, deviceType, deviceId, metadata } = record;
  return { keyId, groupId, deviceType, deviceId, metadata };
}

/** What is wrong with the names of a key; undefined if nothing is. They become parts of store keys and hints. */
export function namingProblem(
  key: Pick<KeyRecord, 'id' | 'groupId' | 'deviceType' | 'deviceId'>,
): string | undefined {
  const names = {
    id: key.id,
    groupId: key.groupId,
    ...(key.deviceId !== undefined && { deviceId: key.deviceId }),
  };
  const bad = Object.entries(names).find(([, name]) => !NAME.test(name));
  if (bad) {
    return NAME_RULE.message.replace('$property', bad[0]);
  }
  return key.deviceId !== undefined && key.deviceType !== 'terminal'
    ? 'deviceId is only for terminals'
    : undefined;
}
