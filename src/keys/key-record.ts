import {
  IsBoolean,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  MinLength,
  ValidateIf,
} from 'class-validator';
import { DEVICE_TYPES, type DeviceType, type Principal } from '../protocol/index.js';

/** What a key is for: a till, a terminal, or the operator's console. */
export type KeyKind = DeviceType | 'admin';
export const KEY_KINDS: readonly KeyKind[] = [...DEVICE_TYPES, 'admin'];

/** Names of things that belong to an admin are made of the id, and have to stay names. */
const LONGEST_ADMIN_ID = 64;
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

  @ValidateIf(({ deviceType }: KeyFileRecordDto) => deviceType !== 'admin')
  @Matches(NAME, NAME_RULE)
  groupId?: string;

  @IsIn(KEY_KINDS, { message: `$property must be one of ${KEY_KINDS.join(', ')}` })
  deviceType!: KeyKind;

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
  /** Empty for an admin key: it belongs to no group. */
  groupId: string;
  deviceType: KeyKind;
  deviceId?: string | undefined;
  metadata: object;
  disabled: boolean;
}

/** The record of a till or a terminal. */
export type DeviceRecord = KeyRecord & { deviceType: DeviceType };

export function isDevice(record: KeyRecord): record is DeviceRecord {
  return record.deviceType !== 'admin';
}

export function principalOf(record: DeviceRecord): Principal {
  const { id: keyId, groupId, deviceType, deviceId, metadata } = record;
  return { keyId, groupId, deviceType, deviceId, metadata };
}

/** What is wrong with the names of a key; undefined if nothing is. They become parts of store keys and hints. */
export function namingProblem(
  key: Pick<KeyRecord, 'id' | 'deviceType' | 'deviceId'> & { groupId?: string | undefined },
): string | undefined {
  const isAdmin = key.deviceType === 'admin';
  const names = {
    id: key.id,
    ...(!isAdmin && { groupId: key.groupId ?? '' }),
    ...(key.deviceId !== undefined && { deviceId: key.deviceId }),
  };
  const bad = Object.entries(names).find(([, name]) => !NAME.test(name));
  if (bad) {
    return NAME_RULE.message.replace('$property', bad[0]);
  }
  if (key.deviceId !== undefined && key.deviceType !== 'terminal') {
    return 'deviceId is only for terminals';
  }
  if (isAdmin && key.groupId !== undefined && key.groupId !== '') {
    return 'groupId is not for admin keys: they see every group';
  }
  return isAdmin && key.id.length > LONGEST_ADMIN_ID
    ? `id of an admin key must be at most ${LONGEST_ADMIN_ID} characters`
    : undefined;
}
