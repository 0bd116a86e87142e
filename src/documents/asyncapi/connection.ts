import { Close, FORCE_DISCONNECT, PROGRESS_EXTENSION } from '../../protocol/index.js';
import { object, text } from '../schema.js';

const CLAIMS = {
  'x-api-key': text(
    'The API key. It decides everything about the connection; a client declares nothing about itself.',
  ),
  'x-group-id': text('Must equal the group of the key.', 'shop-1'),
  'x-extensions': text(
    `Blank or comma separated; \`${PROGRESS_EXTENSION}\` asks for \`paymentStatus\` messages.`,
    PROGRESS_EXTENSION,
  ),
};
const { 'x-api-key': key, ...furtherClaims } = CLAIMS;

/** What a client brings to the upgrade. Browsers, which can not set headers, use the query; a header wins. */
export const WEBSOCKET_BINDING = {
  method: 'GET',
  headers: object({ 'x-api-key': key }, furtherClaims),
  query: object({}, CLAIMS),
  bindingVersion: '0.1.0',
};

/** Closes that come from the WebSocket layer itself. */
const LAYER_CLOSES = [
  { code: 1006, reason: 'the connection was lost', reconnect: true },
  { code: 1009, reason: 'a frame was larger than MAX_FRAME_BYTES', reconnect: true },
];

export const CLOSE_CODES = [
  ...LAYER_CLOSES,
  ...Object.values(Close).map((close) => {
    const told = Object.entries(FORCE_DISCONNECT).find(([, forced]) => forced.close === close);
    return { ...close, ...(told && { forceDisconnect: told[0] }) };
  }),
].sort((a, b) => a.code - b.code);

export const CLOSE_TABLE = [
  '| close code | meaning | reconnect? |',
  '| --- | --- | --- |',
  ...CLOSE_CODES.map(
    ({ code, reason, reconnect }) => `| ${code} | ${reason} | ${reconnect ? 'yes, with back-off' : 'no'} |`,
  ),
].join('\n');

export const RECEIPT_NOTE =
  'The gateway follows this message with a WebSocket protocol ping that names it. RFC 6455 obliges every client to answer in ' +
  'order, so the pong proves that the message was read. Without it the message is sent again when this API key reconnects, on ' +
  'any instance.';
