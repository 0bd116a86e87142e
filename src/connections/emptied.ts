import type { Writable } from 'node:stream';

/**
 * Waits until a peer has taken what was written to it.
 * @param wire with more to write than it takes at once
 * @returns false if the wire has ended before
 */
export function emptied(wire: Writable): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isEmpty: boolean) => {
      wire.off('drain', onDrain).off('close', onClose);
      resolve(isEmpty);
    };
    const onDrain = () => settle(true);
    const onClose = () => settle(false);
    wire.on('drain', onDrain).on('close', onClose);
  });
}
