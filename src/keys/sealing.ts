import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const SEALED = 'v1:';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** SHA-256 as hex: how API keys are stored and looked up. Keys are random, so no slow hash is needed. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Encrypts secrets at rest with AES-256-GCM. Without a key texts stay as they are. */
export class Sealing {
  private readonly key: Buffer | undefined;

  /** @param secretsKey 32 bytes in Base64 */
  constructor(secretsKey: string | undefined) {
    this.key = secretsKey === undefined ? undefined : Buffer.from(secretsKey, 'base64');
  }

  seal(text: string): string {
    if (!this.key) {
      return text;
    }
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv);
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return SEALED + sealed.toString('base64');
  }

  /** @throws Error if the text was sealed with another key, or no key is configured */
  open(text: string): string {
    if (!text.startsWith(SEALED)) {
      return text;
    }
    if (!this.key) {
      throw new Error('SECRETS_KEY is needed to read sealed secrets');
    }
    const sealed = Buffer.from(text.slice(SEALED.length), 'base64');
    const decipher = createDecipheriv('aes-256-gcm', this.key, sealed.subarray(0, IV_BYTES));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  }
}
