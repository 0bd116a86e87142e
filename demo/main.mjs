// @ts-check
// `npm run demo`: a gateway, a till and three terminals that pay over real sockets, until Ctrl-C. `-- --once`: one round.
import { setTimeout as sleep } from 'node:timers/promises';
import pc from 'picocolors';
import { Gateway } from './gateway.mjs';
import { complain, entry, heading, link, say } from './printer.mjs';
import { ADMIN, Shop, SHOP_KEYS } from './shop.mjs';
import { MANNERS } from './terminal.mjs';

const PAUSE_MS = 1_200;

const isOnce = process.argv.includes('--once');
const stopping = new AbortController();
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => stopping.abort());
}

process.exitCode = (await run()) ? 0 : 1;

/** @returns {Promise<boolean>} whether everything went as it should */
async function run() {
  heading('Terminal Gateway demo');
  const gateway = new Gateway();
  /** @type {Shop | undefined} */
  let shop;
  let isWell = true;
  try {
    await gateway.start(SHOP_KEYS);
    shop = new Shop(gateway);
    await shop.open();
    await introduce(gateway, shop);
    await play(gateway, shop);
  } catch (error) {
    isWell = false;
    complain(`\n${error instanceof Error ? error.message : String(error)}`);
    if (gateway.hasEnded) complain(`The gateway has ended:\n${gateway.log}`);
  }
  shop?.close();
  const isStopped = await gateway.stop();
  if (!isStopped) complain('The gateway did not stop in an orderly way');
  if (shop) summarize(shop);
  return isWell && isStopped && shop?.repeats === 0;
}

/**
 * @param {Gateway} gateway
 * @param {Shop} shop
 */
async function introduce(gateway, shop) {
  entry('gateway', `${gateway.url}  ${pc.dim('(process of its own, node dist/main.js)')}`);
  entry('store', gateway.store);
  entry('till', 'asks for payments');
  for (const { terminalId } of await shop.till.terminals()) {
    entry(terminalId, `terminal, ${MANNERS[terminalId]?.about}`);
  }
  if (isOnce) return;
  invite(gateway);
  heading('Join in, as a second till');
  say(`  npx wscat -c ${gateway.url} -H 'x-api-key: ${gateway.keyOf('guest')}'`);
  say('  {"action":"getTerminals"}');
  say(
    '  {"action":"payment","terminalId":"COUNTER","paymentRequest":{"amount":"9.99","currency":"EUR","paymentMethod":"CARD"}}',
  );
  const { key, secret } = gateway.credentialsOf('guest');
  heading('Or over HTTP');
  say(`  ${gateway.httpUrl}/docs  shows every call`);
  say(`  export GATEWAY=${gateway.httpUrl} KEY=${key} SECRET=${secret}`);
  say('  and the client of README.md, with COUNTER for TERM-001');
  say(pc.dim('\n  Ctrl-C ends it all'));
}

/** The first thing to open: a till and a terminal in the browser. @param {Gateway} gateway */
function invite(gateway) {
  heading('Open this in a browser');
  link('playground', gateway.consoleUrl('/playground', ADMIN));
  link('console', gateway.consoleUrl('', ADMIN));
  entry('admin key', `${gateway.keyOf(ADMIN)}  ${pc.dim('(the links bring it along)')}`);
}

/**
 * Pays until it is told to stop, or one round.
 *
 * @param {Gateway} gateway
 * @param {Shop} shop
 */
async function play(gateway, shop) {
  heading('Payments');
  const pause = async () => {
    if (gateway.hasEnded) throw new Error('The gateway went away');
    if (!isOnce) await sleep(PAUSE_MS, undefined, { signal: stopping.signal });
    stopping.signal.throwIfAborted();
  };
  const interrupted = new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
  const rounds = async () => {
    await shop.playRound(pause);
    while (!isOnce) {
      // By now the first ones have scrolled away.
      invite(gateway);
      await shop.playRound(pause);
    }
  };
  const playing = rounds().catch((error) => {
    // What breaks because it is being stopped is not broken.
    if (!stopping.signal.aborted) throw error;
  });
  await Promise.race([playing, interrupted]);
}

/** @param {Shop} shop */
function summarize({ counts, gatewayMs, repeats }) {
  heading('Summary');
  const total = counts.approved + counts.declined;
  entry('payments', `${total}, of which ${counts.approved} approved and ${counts.declined} declined`);
  if (total > 0) entry('gateway', `${median(gatewayMs)} ms per payment (median), there and back`);
  entry('repeated', `${repeats}  ${pc.dim('(payments that reached a terminal twice)')}`);
  heading('What to try next');
  entry('cluster', 'docker compose --profile standard up    three gateways behind a balancer, with TLS');
  entry('start', 'npm start            the gateway alone; README.md lists its settings');
  entry('test', 'npm test             everything that is promised, put to the test');
  say();
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
