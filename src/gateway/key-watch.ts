import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { Sessions } from '../connections/index.js';
import { KeyChanges, KeyStore, loadKeyFile } from '../keys/index.js';
import type { Logger } from '../logging/index.js';
import { Waits } from '../payments/index.js';
import { GatewayError } from '../protocol/index.js';
import { StoreUnavailable } from '../redis/index.js';

const INTERVAL_MS = 500;

/**
 * Ends the sockets and the waiting calls of keys that were disabled, on whatever instance they are. It asks the store rather
 * than being told: no hint that is lost makes it later. Also loads the keys file again if the store has lost all keys.
 */
@Injectable()
export class KeyWatch {
  private timer: NodeJS.Timeout | undefined;
  private readonly changes: KeyChanges;
  private busy = false;

  constructor(
    private readonly keys: KeyStore,
    private readonly sessions: Sessions,
    private readonly waits: Waits,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {
    this.changes = new KeyChanges(keys);
  }

  start(): void {
    this.timer = setInterval(() => void this.check(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async check(): Promise<void> {
    if (this.busy) {
      return;
    }
    this.busy = true;
    try {
      await this.replaceLostKeys();
      const ids = await this.changes.next();
      const waiting = ids.length > 0 ? this.waits.keyIds() : undefined;
      const here = ids.filter((id) => this.sessions.ofKey(id).length > 0 || waiting?.has(id));
      for (const { id, disabled } of await this.keys.read(here)) {
        if (disabled) {
          this.revoke(id);
        }
      }
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) {
        this.logger.error({ err: error }, 'key changes could not be read');
      }
    } finally {
      this.busy = false;
    }
  }

  private async replaceLostKeys(): Promise<void> {
    const { apiKeysFile } = this.config;
    if (apiKeysFile !== undefined && (await this.keys.isEmpty())) {
      const count = await loadKeyFile(apiKeysFile, this.keys);
      this.logger.error({ count }, 'the store had lost all API keys, keys file loaded again');
    }
  }

  private revoke(keyId: string): void {
    for (const session of [...this.sessions.ofKey(keyId)]) {
      this.logger.info({ keyId, connectionId: session.connectionId }, 'API key revoked');
      session.forceDisconnect('API_KEY_REVOKED');
    }
    this.waits.endOf(keyId, new GatewayError('UNAUTHORIZED'));
  }
}
