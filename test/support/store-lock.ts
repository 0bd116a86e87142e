import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RedisOptions } from 'ioredis';
import { TestCa } from './certificates.js';

/** A password and TLS: what production asks of everybody who talks to its Redis servers, themselves included. */
export class StoreLock {
  readonly password = 'open-sesame-0123456789';
  private readonly ca = new TestCa();
  private readonly files: { cert: string; key: string };

  constructor() {
    const { cert, key } = this.ca.issue();
    this.files = { cert: this.write('redis.pem', cert), key: this.write('redis.key', key) };
  }

  /** How a test of its own gets in. */
  get options(): RedisOptions {
    return { password: this.password, tls: { ca: this.ca.cert } };
  }

  /** What lets a gateway in, beside the addresses. */
  get env(): Record<string, string> {
    return { REDIS_PASSWORD: this.password, REDIS_TLS: 'on', NODE_EXTRA_CA_CERTS: this.ca.caFile };
  }

  /** Command line of a server on this port, which takes nothing without TLS. */
  settings(port: number): string[] {
    const { cert, key } = this.files;
    return [
      ...['--port', '0', '--tls-port', String(port)],
      ...['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', this.ca.caFile],
      ...['--tls-auth-clients', 'no', '--tls-replication', 'yes'],
      ...['--requirepass', this.password],
    ];
  }

  remove(): void {
    this.ca.remove();
  }

  private write(name: string, content: Buffer): string {
    const file = join(this.ca.folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  }
}
