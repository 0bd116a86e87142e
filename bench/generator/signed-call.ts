import { createHash, createHmac } from 'node:crypto';
import type { CallerPlan } from '../fleet.js';

const EMPTY_DIGEST = createHash('sha256').digest('hex');

export interface SignedCall {
  method: 'GET' | 'POST';
  /** With the query string. */
  path: string;
  /** ASCII; '' if there is none. */
  body?: string;
  /** What `x-forwarded-for` says. */
  address?: string;
}

/** A call of the HTTP API as it goes over the wire, signed now. */
export function signedCall({ key, secret }: CallerPlan, call: SignedCall): string {
  const { method, path, body = '', address } = call;
  const timestamp = new Date().toISOString();
  const digest = body === '' ? EMPTY_DIGEST : createHash('sha256').update(body).digest('hex');
  const [signedPath] = path.split('?');
  const signature = createHmac('sha256', secret)
    .update(`${method}\n${signedPath}\n${timestamp}\n${digest}`)
    .digest('base64');
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    `x-api-key: ${key}`,
    `x-timestamp: ${timestamp}`,
    `x-signature: ${signature}`,
    ...(address === undefined ? [] : [`x-forwarded-for: ${address}`]),
    ...(body === '' ? [] : ['content-type: application/json', `content-length: ${body.length}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
