// The image's HEALTHCHECK: is the process alive? In Node because the image has no curl.
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';

const { PORT = '8080', HOST = '0.0.0.0', TLS_CERT_FILE } = process.env;
const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST;
const request = TLS_CERT_FILE ? overHttps : overHttp;

// The certificate is not checked: it is made for the outside name, and this call stays on the machine.
request({ host, port: PORT, path: '/health/live', timeout: 2000, rejectUnauthorized: false })
  .on('response', (response) => process.exit(response.statusCode === 200 ? 0 : 1))
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1))
  .end();
