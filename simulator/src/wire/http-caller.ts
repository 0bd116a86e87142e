import { createHash, createHmac } from 'node:crypto';
import type { Tap } from './connection.js';

export interface HttpAnswer {
  status: number;
  headers: Headers;
  /** The body as JSON; `{}` if it is none. */
  body: Record<string, unknown>;
}

export interface HttpCall {
  method: string;
  /** From `/v1` on, with its query string. */
  path: string;
  body?: object | string;
  /** Instead of or beside those that sign the call; undefined leaves one out. */
  headers?: Record<string, string | undefined>;
  /** What `x-timestamp` says; now if absent. */
  timestamp?: string;
}

/** The signature of one call, as section 7 of the contract puts it together. @returns Base64 */
export function signature(
  secret: string,
  call: { method: string; path: string; timestamp: string; body: string },
): string {
  const digest = createHash('sha256').update(call.body).digest('hex');
  const [pathOnly] = call.path.split('?');
  const text = [call.method, pathOnly, call.timestamp, digest].join('\n');
  return createHmac('sha256', secret).update(text).digest('base64');
}

/** Calls the HTTP API with one key. */
export class HttpCaller {
  /** @param url origin of the gateway, `http://127.0.0.1:8080` */
  constructor(
    private readonly url: string,
    private readonly credentials: { key: string; secret: string },
    private readonly tap: Tap = () => {},
  ) {}

  get(path: string): Promise<HttpAnswer> {
    return this.call({ method: 'GET', path });
  }

  post(path: string, body: object): Promise<HttpAnswer> {
    return this.call({ method: 'POST', path, body });
  }

  async call(call: HttpCall): Promise<HttpAnswer> {
    const { method, path } = call;
    const body = typeof call.body === 'string' ? call.body : call.body ? JSON.stringify(call.body) : '';
    const headers = Object.entries({ ...this.signed(call, body), ...call.headers });
    const present = headers.filter((header): header is [string, string] => header[1] !== undefined);
    this.tap('→', `${method} ${path} ${body}`.trimEnd());
    const response = await fetch(this.url + path, { method, headers: present, ...(body && { body }) });
    const text = await response.text();
    this.tap('←', `${response.status} ${text}`);
    return { status: response.status, headers: response.headers, body: parsed(text) };
  }

  /** The headers that sign a call. */
  signed(call: Pick<HttpCall, 'method' | 'path' | 'timestamp'>, body: string): Record<string, string> {
    const { key, secret } = this.credentials;
    const timestamp = call.timestamp ?? newTimestamp();
    return {
      'x-api-key': key,
      'x-timestamp': timestamp,
      'x-signature': signature(secret, { ...call, timestamp, body }),
      ...(body && { 'content-type': 'application/json' }),
    };
  }
}

let calls = 0;

/** Never the same twice: equal calls of one millisecond would have equal signatures, and each of those counts once. */
function newTimestamp(): string {
  calls = (calls + 1) % 1_000_000;
  return new Date().toISOString().replace('Z', `${String(calls).padStart(6, '0')}Z`);
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
