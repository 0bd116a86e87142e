import type { Request } from 'express';
import type { AuditAct } from '../audit/index.js';
import { parseBody, type ClientFrame } from '../protocol/index.js';

/** A request that came in over HTTP, with what every edge knows about it. */
export interface HttpRequest extends Request {
  /** Correlation id: in every log line about this request, and in the answer's `x-request-id`. */
  requestId: string;
  /** The raw bytes; undefined if there is no body. */
  body: Buffer | undefined;
  /** Who makes it; set by the guard that lets it in. */
  actor: AuditAct['actor'];
}

/** @throws GatewayError `INVALID_JSON` for anything but a JSON object */
export function jsonBody({ body }: HttpRequest): Omit<ClientFrame, 'action'> {
  return parseBody(Buffer.isBuffer(body) ? body : Buffer.alloc(0));
}
