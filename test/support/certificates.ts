import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate authority of its own, and what it has signed. */
export class TestCa {
  readonly folder = mkdtempSync(join(tmpdir(), 'terminal-gateway-ca-'));
  /** Path of the CA's certificate (PEM). */
  readonly caFile = join(this.folder, 'ca.pem');

  constructor() {
    const subject = ['-subj', '/CN=test CA', '-days', '2', '-keyout', 'ca.key', '-out', 'ca.pem'];
    this.openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject);
  }

  /** The CA's certificate (PEM). */
  get cert(): Buffer {
    return this.read('ca.pem');
  }

  /** @param names alternative names as openssl writes them, such as `DNS:localhost,IP:127.0.0.1` */
  issue(names = 'DNS:localhost,IP:127.0.0.1,IP:::1'): { cert: Buffer; key: Buffer } {
    const request = [
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=receiver',
      '-addext',
      `subjectAltName=${names}`,
    ];
    this.openssl('req', ...request, '-keyout', 'receiver.key', '-out', 'receiver.csr');
    const signing = [
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-copy_extensions',
      'copy',
      '-days',
      '2',
    ];
    this.openssl('x509', '-req', '-in', 'receiver.csr', ...signing, '-out', 'receiver.pem');
    return { cert: this.read('receiver.pem'), key: this.read('receiver.key') };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private read(name: string): Buffer {
    return readFileSync(join(this.folder, name));
  }

  private openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: 'pipe' });
  }
}
