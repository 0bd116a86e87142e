import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Server as HttpServer } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Config } from '../config/index.js';
import type { Logger } from '../logging/index.js';

interface Pair {
  cert: string;
  key: string;
}

/** A certificate that cannot be served; the message is for the operator. */
export class CertificateUnusable extends Error {
  override readonly name = 'CertificateUnusable';
}

/**
 * The certificate of this server, taken anew whenever its files change. They are read rather than watched: a certificate is
 * renewed by a new file, another target of a link, or a link of a folder above it, and each tells a watcher something else.
 */
export class ServerCertificate {
  /** As the files were looked at last, good or not: what is wrong with them is told once. */
  private seen: Pair;

  private constructor(
    private readonly files: Pair,
    private readonly config: Config,
    private readonly logger: Logger,
  ) {
    this.seen = { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') };
    const problem = problemOf(this.seen);
    if (problem) {
      throw new CertificateUnusable(`TLS_CERT_FILE and TLS_KEY_FILE cannot be served: ${problem.message}`);
    }
    this.tell('certificate loaded');
  }

  /** @returns undefined if this server speaks no TLS @throws CertificateUnusable */
  static of(config: Config, logger: Logger): ServerCertificate | undefined {
    const { tlsCertFile: cert, tlsKeyFile: key } = config;
    return cert && key ? new ServerCertificate({ cert, key }, config, logger) : undefined;
  }

  get options(): SecureContextOptions {
    return optionsOf(this.seen);
  }

  /** From now on new connections get the pair that lies in the files; open ones go on with theirs. */
  serve(server: HttpServer): void {
    setInterval(() => void this.look(server as TlsServer), this.config.tlsReloadMs).unref();
  }

  private async look(server: TlsServer): Promise<void> {
    try {
      const [cert, key] = await Promise.all([
        readFile(this.files.cert, 'utf8'),
        readFile(this.files.key, 'utf8'),
      ]);
      if (cert === this.seen.cert && key === this.seen.key) {
        return;
      }
      this.seen = { cert, key };
      const problem = problemOf(this.seen);
      if (problem) {
        throw problem;
      }
      server.setSecureContext(this.options);
      this.tell('certificate changed');
    } catch (error) {
      this.note(error);
    }
  }

  private tell(message: string): void {
    const { subject, validTo, fingerprint256 } = new X509Certificate(this.seen.cert);
    this.logger.info({ subject, validTo, fingerprint256 }, message);
  }

  /** Half of a pair, half of a file, or none: the other half comes, or somebody has to see to it. */
  private note(error: unknown): void {
    this.logger.error({ err: error }, 'the new certificate cannot be served, the one before is kept');
  }
}

function optionsOf({ cert, key }: Pair): SecureContextOptions {
  return { cert, key, minVersion: 'TLSv1.2' };
}

/** What cannot be served: no PEM, nothing at all (which OpenSSL would take), or the key of another certificate. */
function problemOf(pair: Pair): Error | undefined {
  try {
    if (!new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key))) {
      return new Error('The key is not that of the certificate');
    }
    createSecureContext(optionsOf(pair));
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
