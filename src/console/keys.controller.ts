import { Controller, Get, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';
import { Acts, jsonBody, type Act } from '../edge/index.js';
import { KeyStore, type IssuedKey, type KeyRecord } from '../keys/index.js';
import { GatewayError, validateDto } from '../protocol/index.js';
import type { ConsoleRequest } from './console-request.js';
import { ConsoleGuard } from './console.guard.js';
import { CreateKeyDto, PageDto, RotateKeyDto } from './dto.js';
import { known } from './key-trouble.js';
import type { IssuedKeyView, KeysPage, KeyView } from './views.js';

const PAGE_SIZE = 500;
const MINUTE_MS = 60_000;

/** The API keys of all groups, and those of admins. */
@Controller('console/api/keys')
@UseGuards(ConsoleGuard)
export class KeysController {
  constructor(
    private readonly keys: KeyStore,
    private readonly acts: Acts,
  ) {}

  /** @throws GatewayError `VALIDATION_FAILED` */
  @Get()
  async list(@Req() { query }: ConsoleRequest): Promise<KeysPage> {
    const { after } = validateDto(PageDto, query);
    const records = await this.keys.page(PAGE_SIZE + 1, after);
    const shown = records.slice(0, PAGE_SIZE);
    const isMore = records.length > shown.length;
    return { keys: shown.map(viewOf), ...(isMore && { next: shown.at(-1)!.id }) };
  }

  /** @throws GatewayError `VALIDATION_FAILED`, `KEY_CONFLICT` */
  @Post()
  async create(@Req() request: ConsoleRequest): Promise<IssuedKeyView> {
    const { kind, ...wanted } = validateDto(CreateKeyDto, jsonBody(request).body);
    const issued = await known(this.keys.create({ ...wanted, deviceType: kind }));
    await this.note(request, 'key.created', issued.record);
    return issuedView(issued);
  }

  /** Ends its connection, or its session, at once. @throws GatewayError `OWN_KEY`, `KEY_NOT_FOUND` */
  @Post(':id/disable')
  @HttpCode(200)
  disable(@Req() request: ConsoleRequest, @Param('id') id: string): Promise<KeyView> {
    // Whoever can disable others but not himself leaves at least one admin.
    if (id === request.signedIn.adminId) {
      throw new GatewayError('OWN_KEY');
    }
    return this.setDisabled(request, id, true);
  }

  /** @throws GatewayError `KEY_NOT_FOUND` */
  @Post(':id/enable')
  @HttpCode(200)
  enable(@Req() request: ConsoleRequest, @Param('id') id: string): Promise<KeyView> {
    return this.setDisabled(request, id, false);
  }

  /** @throws GatewayError `VALIDATION_FAILED`, `OWN_KEY`, `KEY_NOT_FOUND` */
  @Post(':id/rotate')
  @HttpCode(200)
  async rotate(@Req() request: ConsoleRequest, @Param('id') id: string): Promise<IssuedKeyView> {
    const { overlapMinutes } = validateDto(RotateKeyDto, jsonBody(request).body);
    if (id === request.signedIn.adminId && overlapMinutes === 0) {
      // It would end the session before the new key was read.
      throw new GatewayError('OWN_KEY', { message: 'Your own key can only be rotated with an overlap' });
    }
    const issued = await known(this.keys.rotate(id, overlapMinutes * MINUTE_MS));
    await this.note(request, 'key.rotated', issued.record);
    return issuedView(issued);
  }

  private async setDisabled(request: ConsoleRequest, id: string, isDisabled: boolean): Promise<KeyView> {
    const record = await known(this.keys.setDisabled(id, isDisabled));
    await this.note(request, isDisabled ? 'key.disabled' : 'key.enabled', record);
    return viewOf(record);
  }

  private note(request: ConsoleRequest, action: Act['action'], record: KeyRecord): Promise<void> {
    const { id: subject, groupId } = record;
    return this.acts.note(request, { action, subject, ...(groupId !== '' && { groupId }) });
  }
}

function viewOf({ id, deviceType, groupId, deviceId, metadata, disabled, ...record }: KeyRecord): KeyView {
  const { previousValidUntil = 0 } = record;
  return {
    id,
    kind: deviceType,
    ...(groupId !== '' && { groupId }),
    ...(deviceId !== undefined && { deviceId }),
    metadata,
    isDisabled: disabled,
    ...(previousValidUntil > Date.now() && { previousValidUntil }),
  };
}

function issuedView({ record, key, secret }: IssuedKey): IssuedKeyView {
  return { key: viewOf(record), apiKey: key, secret };
}
