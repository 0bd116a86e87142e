import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { Config } from '../config/index.js';

const SEALED = 'v1:';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** SHA-256 as hex: how API keys are stored and looked up. Keys are random, so no slow hash is needed. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Encrypts secrets at rest with AES-256-GCM. Without a key texts stay as they are. Texts sealed with one of the other keys
 * can be opened too, so that `SECRETS_KEY` can be changed while instances run.
 */
export class Sealing {
  private readonly keys: readonly Buffer[];

  /** @param current 32 bytes in Base64 @param others likewise: texts sealed with them can be opened */
  constructor(
    private readonly current: string | undefined,
    others: readonly string[] = [],
  ) {
    this.keys = [...(current === undefined ? [] : [current]), ...others].map((key) =>
      Buffer.from(key, 'base64'),
    );
  }

  static of({ secretsKey, secretsKeysAccepted }: Config): Sealing {
    return new Sealing(secretsKey, secretsKeysAccepted);
  }

  seal(text: string): string {
    if (this.current === undefined) {
      return text;
    }
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keys[0]!, iv);
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return SEALED + sealed.toString('base64');
  }

  /** @throws Error if the text was sealed with none of the configured keys */
  open(text: string): string {
    const opened = this.tryToOpen(text);
    if (opened === undefined) {
      throw new Error('A secret was sealed with another SECRETS_KEY than those configured');
    }
    return opened;
  }

  /** False for a text that was sealed with none of the configured keys. */
  canOpen(text: string): boolean {
    return this.tryToOpen(text) !== undefined;
  }

  private tryToOpen(text: string): string | undefined {
    if (!text.startsWith(SEALED)) {
      return text;
    }
    for (const key of this.keys) {
      const opened = openWith(key, text);
      if (opened !== undefined) {
        return opened;
      }
    }
    return undefined;
  }

  /** False for a text that is to be sealed anew: it is open, or sealed with another key. */
  isCurrent(text: string): boolean {
    return this.current === undefined
      ? !text.startsWith(SEALED)
      : text.startsWith(SEALED) && openWith(this.keys[0]!, text) !== undefined;
  }
}

/** @returns undefined if the text was sealed with another key */
function openWith(key: Buffer, text: string): string | undefined {
  const sealed = Buffer.from(text.slice(SEALED.length), 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const start = decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8');
  try {
    return start + decipher.final('utf8');
  } catch {
    return undefined;
  }
}
