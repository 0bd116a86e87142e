import { Sessions } from '../../src/connections/index.js';
import type { ListReader } from '../../src/presence/index.js';
import { TerminalBoard } from '../../src/terminals/terminal-board.js';
import { GROUP } from './endpoints.js';

/** A board of an instance without sockets. */
export function boardOf(lists: ListReader): TerminalBoard {
  return new TerminalBoard(GROUP, lists, new Sessions());
}

/** The terminals of the group as a board has them now. */
export async function terminalsOn(board: TerminalBoard) {
  await board.look();
  return board.all().map(({ seen, keyId, lastActivity }) => ({ ...seen!, keyId, lastActivity }));
}

/** The terminals of the group as somebody sees them who looks for the first time. */
export function terminalsOf(lists: ListReader) {
  return terminalsOn(boardOf(lists));
}
