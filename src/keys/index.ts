export { KeyChanges } from './key-changes.js';
export { KeyFileError, loadKeyFile, parseKeyFile } from './key-file.js';
export { KEY_KINDS, type KeyKind, type KeyRecord } from './key-record.js';
export { KeyConflict, type KeyTrouble } from './key-records.js';
export { type Admin, type Credentials, type IssuedKey, KeyStore, type NewKey } from './key-store.js';
export { KeysModule } from './keys.module.js';
export { unreadableSecrets } from './secrets-check.js';
export { Sealing, sha256Hex } from './sealing.js';
export { isSignedBy, SIGNATURE_WINDOW_MS, signatureOf, signedAt } from './signature.js';
