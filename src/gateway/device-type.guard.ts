import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { GatewayError, type DeviceType, type ErrorName } from '../protocol/index.js';
import type { Desk } from './desks.js';

/** Lets only one type of device use an action. */
export class DeviceTypeGuard implements CanActivate {
  constructor(
    private readonly type: DeviceType,
    private readonly refusal: ErrorName,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const { session } = context.switchToWs().getClient<Desk>();
    if (session.principal.deviceType !== this.type) {
      throw new GatewayError(this.refusal);
    }
    return true;
  }
}
