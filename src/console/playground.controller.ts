import { Controller, Delete, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { Acts } from '../edge/index.js';
import { KeyConflict, KeyStore } from '../keys/index.js';
import { WEBSOCKET_PATH } from '../protocol/index.js';
import type { ConsoleRequest } from './console-request.js';
import { ConsoleGuard } from './console.guard.js';
import { known } from './key-trouble.js';
import type { PlaygroundView } from './views.js';

const DEVICE_ID = 'PLAYGROUND';

/**
 * A till and a terminal for whoever is signed in, in a group of their own. Opening it again makes new keys under the same ids:
 * however often it is done, an admin has these two.
 */
@Controller('console/api/playground')
@UseGuards(ConsoleGuard)
export class PlaygroundController {
  constructor(
    private readonly keys: KeyStore,
    private readonly acts: Acts,
  ) {}

  /** @throws GatewayError `KEY_CONFLICT` if somebody has given one of the ids to another key */
  @Post()
  @HttpCode(200)
  async open(@Req() request: ConsoleRequest): Promise<PlaygroundView> {
    const { groupId, till, terminal } = namesOf(request);
    const tillKey = await known(this.keys.renew({ id: till, groupId, deviceType: 'desktop' }));
    const terminalKey = await known(
      this.keys.renew({ id: terminal, groupId, deviceType: 'terminal', deviceId: DEVICE_ID }),
    );
    await this.acts.note(request, { action: 'playground.opened', subject: groupId, groupId });
    return {
      groupId,
      till: { keyId: till, apiKey: tillKey.key },
      terminal: { keyId: terminal, apiKey: terminalKey.key, deviceId: DEVICE_ID },
      path: WEBSOCKET_PATH,
    };
  }

  /** Ends the connections too. Closing what was never opened changes nothing. */
  @Delete()
  @HttpCode(204)
  async close(@Req() request: ConsoleRequest): Promise<void> {
    const { groupId, till, terminal } = namesOf(request);
    const wereOpen = [await this.disable(till, groupId), await this.disable(terminal, groupId)];
    if (wereOpen.includes(true)) {
      await this.acts.note(request, { action: 'playground.closed', subject: groupId, groupId });
    }
  }

  /** @returns false if there was nothing to disable */
  private async disable(id: string, groupId: string): Promise<boolean> {
    const [record] = await this.keys.read([id]);
    if (record === undefined || record.groupId !== groupId || record.disabled) {
      return false;
    }
    try {
      await this.keys.setDisabled(id, true);
      return true;
    } catch (error) {
      if (error instanceof KeyConflict) {
        // Somebody opens it again at this moment: the new keys are his.
        return false;
      }
      throw error;
    }
  }
}

function namesOf({ signedIn }: ConsoleRequest): { groupId: string; till: string; terminal: string } {
  const groupId = `playground-${signedIn.adminId}`;
  return { groupId, till: `${groupId}-till`, terminal: `${groupId}-terminal` };
}
