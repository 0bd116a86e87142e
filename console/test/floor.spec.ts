import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { posKey, terminalKey } from '../../test/support/fixture.js';
import { useConsole } from './support.js';

/** The time within which an operator has to see that a terminal is gone. */
const SEEN_MS = 2_000;

const operator = useConsole({
  instances: 2,
  keys: [
    posKey('pos'),
    terminalKey('t1', 'TERM-001'),
    terminalKey('t2', 'TERM-002'),
    terminalKey('t3', 'TERM-003', 'other-shop'),
    terminalKey('nameless'),
  ],
  env: { GRACE_PERIOD_MS: '4000' },
});

const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
const condition = (page: Page, terminal: string, name: string | RegExp) =>
  rowOf(page, terminal).getByRole('cell').first().filter({ hasText: name });

describe('the floor', () => {
  it('shows within two seconds that a terminal is lost, counts its grace down, and then shows it offline', async () => {
    const { cluster } = operator();
    const terminal = await cluster.terminal('t1', { on: 1 });
    const page = await operator().open('/console/');
    await condition(page, 'TERM-001', 'Online').waitFor();
    await rowOf(page, 'TERM-001')
      .getByText(await operator().instanceId(1))
      .waitFor();
    terminal.drop();
    await condition(page, 'TERM-001', /Reconnecting [1-4] s/).waitFor({ timeout: SEEN_MS });
    await condition(page, 'TERM-001', /Reconnecting [12] s/).waitFor({ timeout: 5_000 });
    await condition(page, 'TERM-001', 'Offline').waitFor({ timeout: 6_000 });
  });

  it('shows a terminal that comes back, and one without a device id that leaves for good', async () => {
    const { cluster } = operator();
    const page = await operator().open('/console/');
    const nameless = await cluster.terminal('nameless');
    await condition(page, 'nameless', 'Online').waitFor({ timeout: SEEN_MS });
    nameless.drop();
    await rowOf(page, 'nameless').waitFor({ state: 'detached', timeout: SEEN_MS });
    const terminal = await cluster.terminal('t1');
    await condition(page, 'TERM-001', 'Online').waitFor({ timeout: SEEN_MS });
    terminal.drop();
  });

  it('shows what a terminal is busy with, and leads to it by the keyboard alone', async () => {
    const { cluster } = operator();
    const [pos, terminal] = [await cluster.pos('pos'), await cluster.terminal('t2', { behaviour: 'silent' })];
    const page = await operator().open('/console/');
    pos.pay('TERM-002', {
      transactionId: 'floor-1',
      amount: '10.10',
      currency: 'EUR',
      paymentMethod: 'CARD',
    });
    await terminal.next('payment');
    await condition(page, 'TERM-002', 'Busy').waitFor({ timeout: SEEN_MS });
    await page.getByLabel('Search').fill('TERM-002');
    await rowOf(page, 'TERM-002').focus();
    await page.keyboard.press('Enter');
    const panel = page.getByRole('dialog', { name: 'TERM-002' });
    await panel.getByText('floor-1').click();
    await page.waitForURL('**/console/payments/shop/floor-1');
    terminal.respond('floor-1', 'SUCCESS');
    await page.getByText('Paid', { exact: true }).first().waitFor();
    await page.goBack();
    await condition(page, 'TERM-002', 'Online').waitFor();
    terminal.drop();
  });

  it('gives the focus back to the row when its panel is closed', async () => {
    const page = await operator().open('/console/');
    await rowOf(page, 'TERM-002').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await eventually(async () => expect(await focused(page)).toContain('TERM-002'));
  });

  it('measures what is in sight', async () => {
    const terminal = await operator().cluster.terminal('t3');
    const page = await operator().open('/console/');
    await rowOf(page, 'TERM-003')
      .getByText(/\d ms$/)
      .waitFor({ timeout: 10_000 });
    await rowOf(page, 'TERM-003')
      .getByText(/now|ago/)
      .waitFor();
    terminal.drop();
  });

  it('filters by condition, group and text', async () => {
    const { cluster } = operator();
    const terminal = await cluster.terminal('t3');
    const page = await operator().open('/console/');
    await condition(page, 'TERM-003', 'Online').waitFor();
    await page.getByRole('button', { name: /^Offline/ }).click();
    await rowOf(page, 'TERM-003').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^All/ }).click();
    await page.getByLabel('Group').fill('other-shop');
    await rowOf(page, 'TERM-002').waitFor({ state: 'detached' });
    await rowOf(page, 'TERM-003').waitFor();
    await page.getByLabel('Search').fill('no such terminal');
    await page.getByText('No terminal fits').waitFor();
    await page.getByLabel('Search').fill('t3');
    await rowOf(page, 'TERM-003').waitFor();
    terminal.drop();
  });
});

const focused = (page: Page) =>
  page.evaluate(() => (globalThis as any).document.activeElement.textContent as string);
