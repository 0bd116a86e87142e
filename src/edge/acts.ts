import { Inject, Injectable } from '@nestjs/common';
import { AuditLog, type AuditAct } from '../audit/index.js';
import type { Config } from '../config/index.js';
import { ClientAddress } from './client-address.js';
import type { HttpRequest } from './http-request.js';

/** What was done, and to what, by its id. */
export type Act = Pick<AuditAct, 'action' | 'subject' | 'groupId'>;

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

  /** Never rejects. */
  note(request: HttpRequest, act: Act): Promise<void> {
    const { actor, requestId } = request;
    return this.audit.note({ ...act, actor, from: this.addresses.of(request), requestId });
  }
}
