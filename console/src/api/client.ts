import { ApiFailure, failureOf, type FailureBody } from './failure.js';

const BASE = '/console/api';
const TIMEOUT_MS = 20_000;

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Called when the gateway says that nobody is signed in any more. */
let onSignedOut = () => {};

export function whenSignedOut(then: () => void): void {
  onSignedOut = then;
}

/** A call of the console's API. @param path below `/console/api`, segments from outside encoded by {@link segments} */
export const api = {
  get: <T>(path: string, query: Record<string, string | undefined> = {}) =>
    call<T>('GET', path + queryText(query)),
  post: <T = void>(path: string, body: object = {}) => call<T>('POST', path, body),
  /** @param keepalive for what is said when the page is left */
  remove: (path: string, options: { keepalive?: boolean } = {}) =>
    call<void>('DELETE', path, undefined, options),
};

/** `/a/b` of texts that may contain anything. */
export function segments(...parts: string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join('');
}

/** @throws ApiFailure */
async function call<T>(method: Method, path: string, body?: object, options: RequestInit = {}): Promise<T> {
  const response = await reach(path, {
    ...options,
    method,
    // Sent without a body too: the gateway takes a change from this page only with a type that no foreign form can send.
    ...(method !== 'GET' && { headers: { 'content-type': 'application/json' } }),
    ...(body && { body: JSON.stringify(body) }),
  });
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  const failure = failureOf(response.status, await bodyOf(response), response.headers.get('retry-after'));
  if (response.status === 401) onSignedOut();
  throw failure;
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(BASE + path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new ApiFailure(0, '', 'no answer');
  }
}

async function bodyOf(response: Response): Promise<FailureBody> {
  try {
    return (await response.json()) as FailureBody;
  } catch {
    return {};
  }
}

function queryText(query: Record<string, string | undefined>): string {
  const set = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return set.length === 0 ? '' : `?${new URLSearchParams(set as [string, string][]).toString()}`;
}
