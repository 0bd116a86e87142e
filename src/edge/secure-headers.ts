import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';
import type { Config } from '../config/index.js';
import { ClientAddress } from './client-address.js';

/** Of what is no page: shown in a browser, it may load and do nothing. */
const NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const YEAR_S = 31_536_000;

/**
 * The headers that keep browsers from doing with an answer what it is not for, on every answer: helmet's own choice, but that
 * nothing may frame us and that the host's other names are not ours to speak for. A page brings its own policy.
 */
export function secureHeaders({ trustedProxies }: Config): (response: ServerResponse) => void {
  const addresses = new ClientAddress(trustedProxies);
  const common = { contentSecurityPolicy: false, xFrameOptions: { action: 'deny' } } as const;
  const overHttp = helmet({ ...common, strictTransportSecurity: false });
  const overHttps = helmet({
    ...common,
    strictTransportSecurity: { maxAge: YEAR_S, includeSubDomains: false },
  });
  return (response) => {
    const request: IncomingMessage = response.req;
    (addresses.isSecure(request) ? overHttps : overHttp)(request, response, done);
    if (!response.hasHeader('content-security-policy')) {
      response.setHeader('content-security-policy', NOTHING);
    }
  };
}

function done(): void {}
