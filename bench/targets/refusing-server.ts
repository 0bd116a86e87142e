import { createServer } from 'node:http';

/** Refuses every call without a look at it: what a flood costs the machine when it costs the gateway nothing. */
const BODY = JSON.stringify({
  error: 'Too Many Requests',
  message: 'Too many requests',
  code: 'RATE_LIMITED',
});

const server = createServer((request, response) => {
  const isReady = request.url === '/health/ready';
  response.writeHead(isReady ? 200 : 429, { 'content-type': 'application/json' }).end(BODY);
});
server.listen(Number(process.env.PORT), process.env.HOST);
process.once('SIGTERM', () => process.exit(0));
