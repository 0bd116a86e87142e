import { readFileSync } from 'node:fs';

const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');

/** Of the gateway: that of package.json, which lies above both src/ and dist/. */
export const GATEWAY_VERSION = (JSON.parse(manifest) as { version: string }).version;
