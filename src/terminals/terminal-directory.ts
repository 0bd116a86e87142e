import { Injectable } from '@nestjs/common';
import { Sessions } from '../connections/index.js';
import { KeyStore } from '../keys/index.js';
import { ListReader } from '../presence/index.js';
import type { TerminalList, TerminalView } from '../protocol/index.js';
import { Turns } from '../redis/index.js';
import { TerminalBoard, viewOf, type Row } from './terminal-board.js';

/** Boards that nobody has looked at for so long are forgotten. */
const KEPT_MS = 60_000;
/** Terminals on all boards: beyond it those that were looked at longest ago are forgotten. One takes some 700 bytes. */
const MOST_ROWS = 100_000;

/** The terminals of a group as its desktops see them. */
@Injectable()
export class TerminalDirectory {
  /** By group, the one looked at last at the end. */
  private readonly boards = new Map<string, { board: TerminalBoard; lookedAt: number }>();
  private readonly turns = new Turns();

  constructor(
    private readonly reader: ListReader,
    private readonly keys: KeyStore,
    private readonly sessions: Sessions,
  ) {}

  /**
   * The live terminals of a group and those inside their grace, by terminal id. What is told of them is no older than the call,
   * but for `lastActivity`, which may be two seconds behind.
   * @param includeOffline also the configured terminals with a device id that are away
   */
  list(groupId: string, includeOffline = false): Promise<TerminalList> {
    return this.turns.run(() => this.look(groupId, includeOffline));
  }

  private async look(groupId: string, includeOffline: boolean): Promise<TerminalList> {
    const board = this.boardOf(groupId);
    await board.look();
    this.forgetOthers();
    return includeOffline ? this.withAbsent(groupId, board.all()) : board.list();
  }

  private boardOf(groupId: string): TerminalBoard {
    const known = this.boards.get(groupId);
    const board = known?.board ?? new TerminalBoard(groupId, this.reader, this.sessions);
    this.boards.delete(groupId);
    this.boards.set(groupId, { board, lookedAt: Date.now() });
    return board;
  }

  private forgetOthers(): void {
    let rows = 0;
    this.boards.forEach(({ board }) => (rows += board.size));
    const old = Date.now() - KEPT_MS;
    for (const [groupId, { board, lookedAt }] of this.boards) {
      const isLatest = this.boards.size === 1;
      if (isLatest || (lookedAt > old && rows <= MOST_ROWS)) {
        return;
      }
      rows -= board.size;
      this.boards.delete(groupId);
    }
  }

  private async withAbsent(groupId: string, known: readonly Row[]): Promise<TerminalList> {
    const byKey = new Map(known.map((row) => [row.keyId, row]));
    const present = known.filter(({ seen }) => seen!.state !== 'offline').map(viewOf);
    const configured = await this.keys.devicesOf(groupId);
    const absent = configured.flatMap(({ id, deviceId, metadata }): TerminalView[] => {
      const last = byKey.get(id);
      if (last) {
        return last.seen!.state === 'offline' ? [{ ...viewOf(last), metadata }] : [];
      }
      return [{ terminalId: deviceId!, deviceId: deviceId!, status: 'offline' as const, metadata }];
    });
    const all = [...present, ...absent].sort((a, b) => (a.terminalId < b.terminalId ? -1 : 1));
    return { rows: Buffer.from(JSON.stringify(all)), count: all.length };
  }
}
