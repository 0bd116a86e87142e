import type { HttpAnswer, HttpCall, HttpCaller } from '../wire/http-caller.js';
import type { Layer } from './layers.js';
import { assertShape } from './mismatch.js';
import type { Shape } from './shape.js';

/** The answer of a call, as it must be. */
export interface Expected {
  status: number;
  body: Shape;
}

/** The HTTP API with the key of one till. Every call says what its answer must be. */
export class Api {
  constructor(
    readonly caller: HttpCaller,
    private readonly highest: Layer,
  ) {}

  get(path: string, status: number, body: Shape): Promise<HttpAnswer['body']> {
    return this.call({ method: 'GET', path }, { status, body });
  }

  post(path: string, body: object, expected: Expected): Promise<HttpAnswer['body']> {
    return this.call({ method: 'POST', path, body }, expected);
  }

  /** @returns the body of the answer @throws Mismatch */
  async call(call: HttpCall, expected: Expected): Promise<HttpAnswer['body']> {
    const answer = await this.caller.call(call);
    this.compares(expected, answer, `the answer to ${call.method} ${call.path.split('?')[0]}`);
    return answer.body;
  }

  /** @throws Mismatch */
  compares(expected: Expected, { status, body }: HttpAnswer, what: string): void {
    assertShape({ ...expected }, { status, body }, this.highest, `${what} to be HTTP ${expected.status}`);
  }
}

/** Where a terminal is paid at. */
export function paymentsOf(terminalId: string): string {
  return `/v1/terminals/${encodeURIComponent(terminalId)}/payments`;
}
