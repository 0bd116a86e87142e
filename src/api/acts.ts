import { Inject, Injectable } from '@nestjs/common';
import { AuditLog, type AuditAction } from '../audit/index.js';
import type { Config } from '../config/index.js';
import { ClientAddress } from '../edge/index.js';
import type { ApiRequest } from './api-request.js';

/** Notes what callers change, with who they are and where they call from. */
@Injectable()
export class Acts {
  private readonly addresses: ClientAddress;

  constructor(
    private readonly audit: AuditLog,
    @Inject('CONFIG') config: Config,
  ) {
    this.addresses = new ClientAddress(config.trustedProxies);
  }

  /** Never rejects. @param subject id of what was changed */
  note(request: ApiRequest, action: AuditAction, subject: string): Promise<void> {
    const { principal, requestId } = request;
    const { keyId, groupId } = principal;
    const actor = { kind: 'key', id: keyId } as const;
    return this.audit.note({ action, actor, from: this.addresses.of(request), subject, groupId, requestId });
  }
}
