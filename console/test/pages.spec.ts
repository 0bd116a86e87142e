import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { posKey, terminalKey } from '../../test/support/fixture.js';
import { expectAccessible, PHONE, useConsole } from './support.js';

const MOST_BYTES = 120_000;
const ASSETS = 'dist/console/page/assets';
const THEMES = ['light', 'dark'] as const;

const operator = useConsole({
  keys: [posKey('pos'), terminalKey('t1', 'TERM-001'), terminalKey('t2', 'TERM-002')],
  env: { GRACE_PERIOD_MS: '1000' },
});
beforeAll(async () => {
  const { cluster } = operator();
  const [pos, terminal] = [await cluster.pos('pos'), await cluster.terminal('t1')];
  await cluster.terminal('t2');
  const payment = (transactionId: string) => ({
    transactionId,
    amount: '10.10',
    currency: 'EUR',
    paymentMethod: 'CARD',
  });
  pos.pay('TERM-001', payment('page-paid'));
  await pos.result('page-paid');
  terminal.behaviour = 'silent';
  pos.pay('TERM-001', payment('page-lost'));
  await terminal.next('payment');
  await terminal.next('payment');
  terminal.drop();
  await pos.result('page-lost');
});

/** Every page, and what is on it when it is ready to be looked at. */
const PAGES: [name: string, path: string, ready: (page: Page) => Promise<void>][] = [
  ['floor', '/console/', (page) => page.getByRole('cell', { name: 'TERM-001' }).waitFor()],
  [
    'terminal',
    '/console/',
    async (page) => {
      await page.getByRole('row').filter({ hasText: 'TERM-002' }).click();
      await page.getByRole('dialog').getByText('Latest payments').waitFor();
    },
  ],
  [
    'payments',
    '/console/payments',
    (page) => page.getByRole('row').filter({ hasText: 'page-paid' }).waitFor(),
  ],
  ['paid', '/console/payments/shop/page-paid', (page) => page.getByText('receipted').waitFor()],
  ['lost', '/console/payments/shop/page-lost', (page) => page.getByText('disconnected').first().waitFor()],
  [
    'resolve',
    '/console/payments/shop/page-lost',
    async (page) => {
      await page.getByRole('button', { name: 'Resolve' }).click();
      await page.getByRole('dialog').waitFor();
    },
  ],
  ['health', '/console/health', (page) => page.getByText('1 of 1 alive').waitFor()],
  ['unknown', '/console/nowhere', (page) => page.getByText('There is no such page').waitFor()],
];

describe.each(PAGES)('the page %s', (_name, path, ready) => {
  it.each(THEMES)('can be used by everyone, %s', async (colorScheme) => {
    const page = await operator().open(path, { colorScheme });
    await ready(page);
    await expectAccessible(page);
  });

  it('can be read on a phone: nothing but lists and pictures is wider than it', async () => {
    const page = await operator().open(path, { viewport: PHONE });
    await ready(page);
    const width = await page.evaluate(
      () => (globalThis as any).document.documentElement.scrollWidth as number,
    );
    expect(width).toBeLessThanOrEqual(PHONE.width);
    const main = await page
      .locator('main')
      .evaluate((element) => (element as any).scrollWidth - (element as any).clientWidth);
    expect(main).toBeLessThanOrEqual(0);
    await expectAccessible(page);
  });
});

describe('the shell', () => {
  it('leads everywhere by the keyboard: over the navigation to the content, and from page to page', async () => {
    const page = await operator().open('/console/');
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').innerText()).toBe('Skip to content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.locator('main :focus').count()).toBe(1);
    await page.getByRole('link', { name: 'Payments' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/console/payments');
    expect(await page.locator(':focus').innerText()).toBe('Payments');
    expect(await page.title()).toBe('Payments · Terminal Gateway');
    await page
      .getByRole('link', { name: 'Payments', exact: true })
      .and(page.locator('[aria-current]'))
      .waitFor();
  });

  it('folds its menu on a phone', async () => {
    const page = await operator().open('/console/', { viewport: PHONE });
    const link = page.getByRole('link', { name: 'Health' });
    expect(await link.isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Menu' }).click();
    await link.click();
    await page.waitForURL('**/console/health');
    expect(await link.isVisible()).toBe(false);
  });

  it('keeps the colours that were chosen, whatever the system says', async () => {
    const page = await operator().open('/console/', { colorScheme: 'light' });
    const ground = () =>
      page.locator('body').evaluate((body) => (globalThis as any).getComputedStyle(body).backgroundColor);
    const light = await ground();
    const toggle = page.getByRole('button', { name: /^Colours/ });
    await toggle.click();
    await toggle.click();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    await toggle.getByText('Dark').waitFor();
    expect(await ground()).toBe(dark);
  });
});

describe('the built page', () => {
  it(`is at most ${MOST_BYTES} bytes, compressed`, () => {
    const files = readdirSync(ASSETS).filter((name) => /\.(?:js|css)$/.test(name));
    const sizes = files.map((name) => gzipSync(readFileSync(join(ASSETS, name))).length);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MOST_BYTES);
  });

  it('has nothing inline, which its policy would refuse', () => {
    const html = readFileSync('dist/console/page/index.html', 'utf8');
    expect(html).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*\ssrc=)/);
  });
});
