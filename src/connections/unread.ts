/** Above this many unread bytes no further frame is answered: the peer does not read what it has asked for. */
export const REPLY_BUFFER_BYTES = 64 * 1024;
/** Above this many no further mail is written: it stays in the mailbox, which does not forget. */
export const MAIL_BUFFER_BYTES = 256 * 1024;
/** Above this many the reader is too slow to keep. */
const MAX_BUFFER_BYTES = 1024 * 1024;

/** Tells a peer that reads too slowly from one that was sent a long frame: one terminal list makes nobody slow. */
export class Unread {
  /** Bytes of the longest long frame since the buffer was last within its bounds. */
  private largest = 0;

  /** A frame was written. */
  note(bytes: number): void {
    if (bytes > MAIL_BUFFER_BYTES) {
      this.largest = Math.max(this.largest, bytes);
    }
  }

  /** @param bytes that were written and the peer has not taken yet */
  isTooMuch(bytes: number): boolean {
    if (bytes <= MAX_BUFFER_BYTES) {
      this.largest = 0;
    }
    return bytes > MAX_BUFFER_BYTES + this.largest;
  }
}
