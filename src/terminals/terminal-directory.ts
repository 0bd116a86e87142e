import { Injectable } from '@nestjs/common';
import { Sessions } from '../connections/index.js';
import { KeyStore } from '../keys/index.js';
import { Presence, type ListedTerminal } from '../presence/index.js';
import { terminalIdOf, type TerminalView } from '../protocol/index.js';

/** The terminals of a group as its desktops see them. */
@Injectable()
export class TerminalDirectory {
  constructor(
    private readonly presence: Presence,
    private readonly keys: KeyStore,
    private readonly sessions: Sessions,
  ) {}

  /**
   * The live terminals of a group and those inside their grace, by terminal id.
   * @param includeOffline also the configured terminals with a device id that are away
   */
  async list(groupId: string, includeOffline = false): Promise<TerminalView[]> {
    const known = await this.presence.terminals(groupId);
    const present = known.filter(({ state }) => state !== 'offline').map((terminal) => this.view(terminal));
    const absent = includeOffline ? await this.absent(groupId, known) : [];
    return [...present, ...absent].sort((a, b) => (a.terminalId < b.terminalId ? -1 : 1));
  }

  private async absent(groupId: string, known: ListedTerminal[]): Promise<TerminalView[]> {
    const byKey = new Map(known.map((terminal) => [terminal.keyId, terminal]));
    const configured = await this.keys.devicesOf(groupId);
    return configured.flatMap(({ id, deviceId, metadata }) => {
      const last = byKey.get(id);
      if (last) {
        return last.state === 'offline' ? [{ ...this.view(last), metadata }] : [];
      }
      return [{ terminalId: deviceId!, deviceId: deviceId!, status: 'offline' as const, metadata }];
    });
  }

  private view(terminal: ListedTerminal): TerminalView {
    const { state, connectionId, deviceId, connectedAt, metadata } = terminal;
    return {
      ...(state === 'online' && { connectionId }),
      terminalId: terminalIdOf(terminal),
      ...(deviceId !== undefined && { deviceId }),
      connectedAt: new Date(connectedAt).toISOString(),
      lastActivity: new Date(this.freshActivity(terminal)).toISOString(),
      status: state,
      metadata,
    };
  }

  /** The store learns of activity in batches; the sockets of this instance are known to the millisecond. */
  private freshActivity({ keyId, connectionId, lastActivity }: ListedTerminal): number {
    const session = this.sessions.ofKey(keyId).find((local) => local.connectionId === connectionId);
    return Math.max(lastActivity, session?.lastActivity ?? 0);
  }
}
