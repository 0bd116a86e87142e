/**
 * The floor of a long poll in Node: answers at once, or, asked with `wait`, not at all. What an open response costs here is
 * what HTTP/1.1 in Node costs, whoever uses it.
 */
import { createServer, type ServerResponse } from 'node:http';

const KEEP_ALIVE_MS = 75_000;

const held = new Set<ServerResponse>();
const server = createServer((request, response) => {
  if (request.url!.includes('?wait=')) {
    held.add(response);
    response.on('close', release);
  } else {
    response.setHeader('content-type', 'application/json; charset=utf-8').end('{}');
  }
});
server.keepAliveTimeout = KEEP_ALIVE_MS;
server.listen(Number(process.env['PORT']), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));

function release(this: ServerResponse): void {
  held.delete(this);
}
