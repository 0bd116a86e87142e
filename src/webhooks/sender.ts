import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import * as tls from 'node:tls';
import { Inject, Injectable } from '@nestjs/common';
import { RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { ConfigError, GATEWAY_VERSION, type Config } from '../config/index.js';
import { isAllowedHost } from './allowed-host.js';
import { failureOf } from './call-failure.js';
import { signatureHeaders } from './signing.js';

/** Limit of one call as a whole, from the name lookup to the end of the answer. */
export const CALL_LIMIT_MS = 10_000;
/** Most of an answer that is read, and thrown away, so that the receiver can end it properly. */
const MOST_ANSWER_BYTES = 64 * 1024;

const USER_AGENT = `Terminal-Gateway/${GATEWAY_VERSION}`;

export interface Call {
  url: string;
  eventId: string;
  /** JSON text. */
  body: string;
  /** Opened. */
  secrets: readonly string[];
}

/** How a call ended: with a status of the receiver, or with a failure in words. */
export interface CallOutcome {
  /** When it began, ISO 8601. */
  at: string;
  durationMs: number;
  statusCode?: number;
  error?: string;
}

/** The call was broken off because this instance stops: it says nothing about the receiver. */
export class CallGivenBack extends Error {
  override readonly name = 'CallGivenBack';
}

/**
 * Calls the receivers of webhooks. Addresses are checked where the connection is made, after the name lookup, so that no
 * name leads to a private address; redirects are not followed.
 */
@Injectable()
export class Sender {
  private readonly publicAgent: Agent;
  private readonly allowedAgent: Agent;
  private readonly running = new Set<AbortController>();
  private isStopping = false;

  constructor(@Inject('CONFIG') private readonly config: Config) {
    const secureContext = tls.createSecureContext(certificates(config.webhookCaFile));
    this.publicAgent = new RequestFilteringHttpsAgent({ keepAlive: false, secureContext });
    this.allowedAgent = new Agent({ keepAlive: false, secureContext });
  }

  /** @throws CallGivenBack if {@link stop} broke it off */
  async send(call: Call): Promise<CallOutcome> {
    const startedAt = Date.now();
    const abort = new AbortController();
    const limit = setTimeout(() => abort.abort(), CALL_LIMIT_MS);
    this.running.add(abort);
    if (this.isStopping) {
      abort.abort();
    }
    const took = () => ({ at: new Date(startedAt).toISOString(), durationMs: Date.now() - startedAt });
    try {
      const statusCode = await this.post(call, abort.signal);
      return { ...took(), statusCode };
    } catch (error) {
      if (abort.signal.aborted && this.isStopping) {
        throw new CallGivenBack('the instance stops');
      }
      return { ...took(), error: abort.signal.aborted ? 'no answer within 10 s' : failureOf(error) };
    } finally {
      clearTimeout(limit);
      this.running.delete(abort);
    }
  }

  /** Breaks every call off, those under way and those to come. */
  stop(): void {
    this.isStopping = true;
    this.running.forEach((abort) => abort.abort());
  }

  private post({ url, eventId, body, secrets }: Call, signal: AbortSignal): Promise<number> {
    const target = new URL(url);
    const agent = isAllowedHost(target, this.config.webhookAllowHosts) ? this.allowedAgent : this.publicAgent;
    const headers = {
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      ...signatureHeaders(secrets, eventId, body),
    };
    return new Promise((resolve, reject) => {
      let status: number | undefined;
      const answered = (response: IncomingMessage) => {
        status = response.statusCode!;
        // The status has decided; what becomes of the rest of the answer changes nothing.
        void discard(response).then(() => resolve(status!));
      };
      request(target, { method: 'POST', agent, headers, signal }, answered)
        .on('error', (error) => (status === undefined ? reject(error) : resolve(status)))
        .end(body);
    });
  }
}

function discard(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  return new Promise((resolve) => {
    response.on('error', () => {});
    response.once('close', resolve);
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_ANSWER_BYTES) {
        response.destroy();
      }
    });
  });
}

/** @throws ConfigError if the file holds none: OpenSSL would ignore it, and every receiver seem untrusted */
function readCertificates(file: string): string {
  const pem = readFileSync(file, 'utf8');
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    throw new ConfigError(['WEBHOOK_CA_FILE must name a file with certificates (PEM)']);
  }
}

/** @returns nothing if those that the process trusts anyway will do */
function certificates(file: string | undefined): tls.SecureContextOptions {
  if (file === undefined) {
    return {};
  }
  // Since Node.js 22.15 also what NODE_EXTRA_CA_CERTS and the like have added; naming any replaces them all.
  const { getCACertificates } = tls as { getCACertificates?: () => string[] };
  return { ca: [...(getCACertificates?.() ?? tls.rootCertificates), readCertificates(file)] };
}
