import type { Writable } from 'node:stream';

/** Resolves when a peer has taken all that was written, of which there must be more than it takes at once, or the wire has ended. */
export function emptied(wire: Writable): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      wire.off('drain', settle).off('close', settle);
      resolve();
    };
    wire.on('drain', settle).on('close', settle);
  });
}

/** Writes several pieces by one system call. @returns their bytes */
export function writeTogether(wire: Writable, pieces: readonly Buffer[]): number {
  wire.cork();
  pieces.forEach((piece) => wire.write(piece));
  wire.uncork();
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
