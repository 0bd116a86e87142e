import type { Config } from '../config/index.js';
import type { KeyStore } from './key-store.js';
import { Sealing } from './sealing.js';

/** Of so many keys the secrets are tried: with a wrong `SECRETS_KEY` none of them can be read. */
const TRIED = 200;

/**
 * Tries to read the secrets that lie in the store. WebSockets need none, so an instance that can not read them serves tills and
 * terminals; it fails every signed call and every webhook.
 * @returns how many of those tried it can not read
 */
export async function unreadableSecrets(keys: KeyStore, config: Config): Promise<number> {
  const sealing = Sealing.of(config);
  const secrets = (await keys.page(TRIED)).flatMap(({ secret }) => secret ?? []);
  return secrets.filter((secret) => !sealing.canOpen(secret)).length;
}
