import type { IncomingMessage } from 'node:http';

const NAME = 'tg_console';
const TOKEN = new RegExp(`(?:^|;\\s*)${NAME}=([\\w-]{43})(?:;|$)`);

/** The token that a browser brings; undefined if it has none. */
export function tokenOf({ headers }: IncomingMessage): string | undefined {
  return TOKEN.exec(headers.cookie ?? '')?.[1];
}

/** No script reads it, no other site's request carries it, nothing but the console gets it. @param isSecure never over plain HTTP */
export function sessionCookie(
  token: string,
  { maxAgeMs, isSecure }: { maxAgeMs: number; isSecure: boolean },
) {
  const attributes = [
    'HttpOnly',
    'SameSite=Strict',
    'Path=/console',
    `Max-Age=${Math.floor(maxAgeMs / 1000)}`,
  ];
  return [`${NAME}=${token}`, ...attributes, ...(isSecure ? ['Secure'] : [])].join('; ');
}

/** Has the browser forget the token. */
export function noCookie(isSecure: boolean): string {
  return sessionCookie('', { maxAgeMs: 0, isSecure });
}
