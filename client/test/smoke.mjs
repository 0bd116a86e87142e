// One till and one terminal, as an application uses the package: run with GATEWAY_URL, POS_KEY and TERMINAL_KEY.
import { Pos, Terminal } from 'terminal-gateway-client';
import { createRequire } from 'node:module';

const { GATEWAY_URL: url = '', POS_KEY = '', TERMINAL_KEY = '' } = process.env;
const terminal = new Terminal({
  url,
  apiKey: TERMINAL_KEY,
  onPayment: () => ({ status: 'SUCCESS', authorizationCode: 'A-1' }),
});
await terminal.connect({ timeoutMs: 10_000 });

const required = createRequire(import.meta.url)('terminal-gateway-client');
const outcomes = [];
for (const { Pos: Till } of [{ Pos }, required]) {
  const pos = new Till({ url, apiKey: POS_KEY });
  const paymentRequest = { amount: '10.10', currency: 'EUR', paymentMethod: 'CARD' };
  const { status } = await pos.pay({ terminalId: 'TERM-001', paymentRequest }, { timeoutMs: 10_000 });
  outcomes.push(status);
  pos.close();
}
terminal.close();
const uses = await import('ws').then(
  () => 'ws',
  () => 'its own',
);
console.log(JSON.stringify({ major: Number(process.versions.node.split('.')[0]), uses, outcomes }));
