import type { Cluster, Placement } from './fixture.js';
import type { ApiAnswer } from './http-api.js';

export interface ConsoleCall {
  method?: string;
  /** Behind `/console/api`. */
  path: string;
  /** An object is sent as JSON; text as it is. */
  body?: object | string;
  /** Beside and instead of those that the page sends; undefined leaves one out. */
  headers?: Record<string, string | undefined>;
}

let operators = 0;

/** Calls the console's API as its page does in the browser of an operator. */
export class Operator {
  /** Name and value of the session cookie; undefined if nobody is signed in. */
  cookie: string | undefined;
  /** Where he says he comes from; an instance that trusts 127.0.0.1 as a proxy believes it. Sign-ins are limited by address. */
  readonly address = `198.51.100.${(operators = (operators + 1) % 250)}`;

  /** @param url of an instance, without a path */
  constructor(readonly url: string) {}

  /** An operator who has signed in with the key of this id. */
  static async of(cluster: Cluster, id: string, { on = 0 }: Placement = {}): Promise<Operator> {
    const operator = new Operator(cluster.instances[on]!.url);
    const answer = await operator.signIn(cluster.key(id));
    if (answer.status !== 200) throw new Error(`not signed in: ${answer.text}`);
    return operator;
  }

  signIn(key: string, headers: ConsoleCall['headers'] = {}): Promise<ApiAnswer> {
    return this.call({ method: 'POST', path: '/session', body: { key }, headers });
  }

  get(path: string): Promise<ApiAnswer> {
    return this.call({ path });
  }

  post(path: string, body: object = {}): Promise<ApiAnswer> {
    return this.call({ method: 'POST', path, body });
  }

  delete(path: string): Promise<ApiAnswer> {
    return this.call({ method: 'DELETE', path });
  }

  async call({ method = 'GET', path, body, headers = {} }: ConsoleCall): Promise<ApiAnswer> {
    const own = {
      'content-type': 'application/json',
      'x-forwarded-for': this.address,
      origin: this.url,
      cookie: this.cookie,
    };
    const sent = Object.entries({ ...own, ...headers });
    const response = await fetch(`${this.url}/console/api${path}`, {
      method,
      headers: sent.filter((header): header is [string, string] => header[1] !== undefined),
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    this.keep(response.headers.get('set-cookie'));
    const text = await response.text();
    const parsed = (text === '' ? {} : JSON.parse(text)) as ApiAnswer['body'];
    return { status: response.status, headers: response.headers, text, body: parsed };
  }

  private keep(setCookie: string | null): void {
    const [pair] = setCookie?.split(';') ?? [];
    if (pair !== undefined) this.cookie = pair.endsWith('=') ? undefined : pair;
  }
}
