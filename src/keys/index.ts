export { KeyFileError, loadKeyFile, parseKeyFile } from './key-file.js';
export type { KeyRecord } from './key-record.js';
export { type IssuedKey, KeyConflict, KeyStore, type NewKey } from './key-store.js';
export { KeysModule } from './keys.module.js';
