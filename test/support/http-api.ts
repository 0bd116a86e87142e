import { createHash, createHmac } from 'node:crypto';

/** An answer of the HTTP API. */
export interface ApiAnswer {
  status: number;
  headers: Headers;
  /** As it came. */
  text: string;
  /** The text as JSON; `{}` if there is none. */
  body: Record<string, unknown>;
}

export interface ApiCall {
  method: string;
  /** Beginning with `/v1`, with the query string if there is one. */
  path: string;
  /** An object is sent as JSON; bytes and text as they are. */
  body?: object | string | Buffer;
  /** Beside and instead of those that authenticate; undefined leaves one out. */
  headers?: Record<string, string | undefined>;
  /** What `x-timestamp` says; default: now. */
  timestamp?: string;
  signal?: AbortSignal;
}

/** Calls the HTTP API as a till does, signing every call by the published contract. */
export class HttpApi {
  /** @param url of an instance, without a path */
  constructor(
    private readonly url: string,
    private readonly credentials: { key: string; secret: string },
  ) {}

  get(path: string): Promise<ApiAnswer> {
    return this.call({ method: 'GET', path });
  }

  post(path: string, body?: object): Promise<ApiAnswer> {
    return this.call({ method: 'POST', path, ...(body && { body }) });
  }

  put(path: string, body: object): Promise<ApiAnswer> {
    return this.call({ method: 'PUT', path, body });
  }

  delete(path: string): Promise<ApiAnswer> {
    return this.call({ method: 'DELETE', path });
  }

  async call(call: ApiCall): Promise<ApiAnswer> {
    const { method, path, headers = {}, signal } = call;
    const body = bytesOf(call.body);
    const signed = { ...this.signed(method, path, body, call.timestamp), ...headers };
    const present = Object.entries(signed).filter(
      (header): header is [string, string] => header[1] !== undefined,
    );
    const response = await fetch(this.url + path, {
      method,
      headers: present,
      ...(body.length > 0 && { body: new Uint8Array(body) }),
      ...(signal && { signal }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  }

  /** The headers that authenticate one call. */
  signed(
    method: string,
    path: string,
    body: Buffer,
    timestamp = newTimestamp(),
  ): Record<string, string | undefined> {
    const { key, secret } = this.credentials;
    const digest = createHash('sha256').update(body).digest('hex');
    const [onlyPath] = path.split('?');
    const text = `${method}\n${onlyPath}\n${timestamp}\n${digest}`;
    return {
      'x-api-key': key,
      'x-timestamp': timestamp,
      'x-signature': createHmac('sha256', secret).update(text).digest('base64'),
      ...(body.length > 0 && { 'content-type': 'application/json' }),
    };
  }
}

/** Now, and never the same twice: equal calls within one millisecond would have equal signatures, and those count once. */
function newTimestamp(): string {
  count = (count + 1) % 1_000_000;
  return new Date().toISOString().replace('Z', `${String(count).padStart(6, '0')}Z`);
}

let count = 0;

function bytesOf(body: object | string | Buffer | undefined): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
