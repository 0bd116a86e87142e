import { WEBSOCKET_PATH } from '../api/contract.js';
import type { IssuedKeyView } from '../api/views.js';

/** Where devices connect: the gateway that serves this page. @param page its address */
export function gatewayUrl({ protocol, host }: Pick<Location, 'protocol' | 'host'>): string {
  return `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}${WEBSOCKET_PATH}`;
}

/** Lines for a `.env` file or a shell. */
export function envLines({ apiKey, secret }: IssuedKeyView, url: string): string {
  return [`GATEWAY_URL=${url}`, `GATEWAY_KEY=${apiKey}`, `GATEWAY_SECRET=${secret}`].join('\n');
}

/** What the QR code says: enough for a device to connect, documented in docs/console.md. */
export function qrText({ apiKey }: IssuedKeyView, url: string): string {
  return JSON.stringify({ url, key: apiKey });
}
