import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureProgram } from '../../scripts/programs.mjs';
import { eventually } from '../../test/support/eventually.js';
import { order, QUICK, useShop } from './shop.js';

const MODULE = resolve(import.meta.dirname, '../dist/index.js');
const PAGE = `<!doctype html><meta charset="utf-8"><script type="module">
  import * as client from '/index.js';
  window.client = client;
  window.isReady = true;
</script>`;

const shop = useShop();
let server: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const executablePath = ensureProgram('chromium', 'chromium');
  server = createServer((request, response) => {
    const isModule = request.url === '/index.js';
    response.setHeader('content-type', isModule ? 'text/javascript' : 'text/html');
    response.end(isModule ? readFileSync(MODULE) : PAGE);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // In a container chromium runs as root, which its sandbox does not allow.
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction('window.isReady');
}, 180_000);
afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** A till in the page. */
async function openTill(): Promise<void> {
  const url = `ws://127.0.0.1:${shop().tillLine.port}`;
  const options = { url, apiKey: shop().key('pos'), ...QUICK };
  await page.evaluate((given) => {
    const { client } = globalThis as any;
    const events: string[] = [];
    const pos = new client.Pos(given);
    for (const name of ['connected', 'disconnected', 'displaced', 'ended']) {
      pos.on(name, () => events.push(name));
    }
    Object.assign(globalThis, { pos, events });
    return pos.connect({ timeoutMs: 10_000 });
  }, options);
}

const events = () => page.evaluate(() => (globalThis as any).events as string[]);
const pay = () => page.evaluate((given) => (globalThis as any).pos.pay(given), order());

describe('in a browser', () => {
  it('a till pays, and comes back after a cut', async () => {
    let isHeld = true;
    let asked = 0;
    const onPayment = async () => {
      asked++;
      await eventually(() => !isHeld);
      return { status: 'SUCCESS' as const };
    };
    await shop().terminal({ onPayment }).connect();
    await openTill();
    const paying = pay();
    await eventually(() => asked === 1);
    shop().tillLine.cut();
    isHeld = false;
    expect(await paying).toMatchObject({ status: 'SUCCESS', paymentResponse: { amount: '10.10' } });
    expect(await events()).toEqual(['connected', 'disconnected', 'connected']);
    expect(asked).toBe(1);
  });

  it('a till notices a line that is dead without saying so', async () => {
    await shop().terminal().connect();
    await openTill();
    shop().tillLine.blackhole();
    await eventually(async () => (await events()).includes('disconnected'));
    shop().tillLine.heal();
    expect(await pay()).toMatchObject({ status: 'SUCCESS' });
  });

  it('a till that is displaced stays away', async () => {
    await openTill();
    await shop().pos().connect();
    await eventually(async () => (await events()).includes('ended'));
    expect(await events()).toEqual(['connected', 'displaced', 'ended']);
    const refusal = await page.evaluate(
      (given) => (globalThis as any).pos.pay(given).catch(({ name, reason }: any) => ({ name, reason })),
      order(),
    );
    expect(refusal).toEqual({ name: 'ConnectionEnded', reason: 'displaced' });
  });
});
