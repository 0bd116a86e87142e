import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { posKey, terminalKey } from '../../test/support/fixture.js';
import type { PosClient } from '../../test/support/clients.js';
import { useConsole } from './support.js';

const STEPS = ['accepted', 'claimed', 'sent', 'received', 'result', 'pushed', 'receipted'];
/** A test number of the card schemes. */
const PAN = '4111111111111111';

const operator = useConsole({
  instances: 2,
  keys: [posKey('pos'), ...['1', '2', '3', '4'].map((n) => terminalKey(`t${n}`, `TERM-00${n}`))],
  env: { GRACE_PERIOD_MS: '1500' },
});

const order = (transactionId: string, more: object = {}) => ({
  transactionId,
  amount: '10.10',
  currency: 'EUR',
  paymentMethod: 'CARD',
  ...more,
});
const rowOf = (page: Page, id: string) => page.getByRole('row').filter({ hasText: id });

async function paid(pos: PosClient, terminal: string, ...ids: string[]): Promise<void> {
  for (const id of ids) {
    pos.pay(terminal, order(id));
    await pos.result(id);
  }
}

/** Has the page's stream end as soon as it has begun. @returns what lets it begin anew */
async function cutStream(page: Page): Promise<() => void> {
  let letOn = () => {};
  const isOver = new Promise<void>((resolve) => (letOn = resolve));
  const end = { status: 200, contentType: 'text/event-stream', body: '' };
  let begun = 0;
  await page.route('**/console/api/live', async (route) => {
    if (++begun === 1) return route.fulfill(end);
    await isOver;
    return route.continue();
  });
  await page.reload();
  return letOn;
}

describe('the feed', () => {
  it('shows a payment as it happens, and its whole way with every hop', async () => {
    const { cluster } = operator();
    const [pos, terminal] = [
      await cluster.pos('pos'),
      await cluster.terminal('t1', { on: 1, behaviour: 'silent' }),
    ];
    const page = await operator().open('/console/payments');
    pos.pay('TERM-001', order('way-1', { amount: '99999999999999.90', metadata: { note: `card ${PAN}` } }));
    await terminal.next('payment');
    await rowOf(page, 'way-1').getByText('Pending').waitFor({ timeout: 2_000 });
    terminal.respond('way-1', 'SUCCESS', { receiptData: `PAN ${PAN}` });
    await rowOf(page, 'way-1').getByText('Paid').waitFor({ timeout: 2_000 });
    await rowOf(page, 'way-1').getByRole('link').click();
    const steps = page.getByRole('list', { name: 'Steps' });
    await steps.getByText('receipted').waitFor();
    expect(await steps.locator('code').allInnerTexts()).toEqual(STEPS);
    const [first, second] = [await operator().instanceId(0), await operator().instanceId(1)];
    await steps.getByRole('listitem').filter({ hasText: 'accepted' }).getByText(first).waitFor();
    await steps.getByRole('listitem').filter({ hasText: 'claimed' }).getByText(second).waitFor();
    for (const text of await steps.getByRole('listitem').allInnerTexts()) expect(text).toMatch(/\d m?s/);
    const shown = await page.locator('main').innerText();
    expect(shown).toContain('"amount": "99999999999999.90"');
    expect(shown).not.toContain(PAN);
    terminal.drop();
  });

  it('follows a payment that is open on the screen', async () => {
    const { cluster } = operator();
    const [pos, terminal] = [await cluster.pos('pos'), await cluster.terminal('t1', { behaviour: 'silent' })];
    pos.pay('TERM-001', order('follow-1'));
    await terminal.next('payment');
    const page = await operator().open('/console/payments/shop/follow-1');
    await page.getByRole('heading', { name: /At the terminal/ }).waitFor();
    terminal.respond('follow-1', 'FAILED', { errorCode: 'DECLINED' });
    await page.getByRole('heading', { name: /Declined \(DECLINED\)/ }).waitFor({ timeout: 2_000 });
    terminal.drop();
  });

  it.each([
    ['that is live', 'shown', false],
    ['that begins anew meanwhile', 'anew', true],
  ])('never moves what the reader looks at, of a stream %s', async (_, name, isCut) => {
    const { cluster } = operator();
    const [pos, terminal] = [await cluster.pos('pos'), await cluster.terminal('t2')];
    await paid(pos, 'TERM-002', ...Array.from({ length: 40 }, (_, i) => `${name}-${i}`));
    const page = await operator().open('/console/payments');
    const letOn = isCut ? await cutStream(page) : () => {};
    const box = page.locator('.vlist__box');
    await rowOf(page, `${name}-39`).waitFor();
    await box.evaluate((element) => ((element as any).scrollTop = 600));
    await rowOf(page, `${name}-20`).waitFor();
    const place = await rowOf(page, `${name}-20`).boundingBox();
    await paid(pos, 'TERM-002', `late-${name}-1`, `late-${name}-2`);
    letOn();
    await page.getByRole('button', { name: '2 new' }).waitFor();
    expect(await rowOf(page, `${name}-20`).boundingBox()).toEqual(place);
    await page.getByRole('button', { name: '2 new' }).click();
    await page
      .locator('[data-index="0"]')
      .filter({ hasText: `late-${name}-2` })
      .waitFor();
    expect(await box.evaluate((element) => (element as any).scrollTop)).toBe(0);
    terminal.drop();
  });

  it('filters by state, terminal and exact id', async () => {
    const { cluster } = operator();
    const [pos, terminal] = [
      await cluster.pos('pos'),
      await cluster.terminal('t3', { behaviour: 'decline' }),
    ];
    await paid(pos, 'TERM-003', 'filter-1', 'filter-2');
    const page = await operator().open('/console/payments');
    await page.getByLabel('State').selectOption('Failed');
    await rowOf(page, 'filter-1').waitFor();
    await rowOf(page, 'Paid').waitFor({ state: 'detached' });
    await page.getByLabel('Transaction id').fill('filter-2');
    await page.keyboard.press('Enter');
    await rowOf(page, 'filter-1').waitFor({ state: 'detached' });
    await rowOf(page, 'filter-2').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByLabel('Terminal').fill('TERM-003');
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await page.locator('[data-index]').count()).toBe(2));
    terminal.drop();
  });

  it('says that there is no such payment', async () => {
    const page = await operator().open('/console/payments/shop/never-made');
    await page.getByText('No such payment').waitFor();
    await eventually(() => operator().complaints.length > 0);
    expect(operator().complaints.splice(0).join()).toContain('404');
  });
});

describe('a payment of which nobody knows', () => {
  it('says so, shows the interruption, and is put right by an operator', async () => {
    const { cluster } = operator();
    const [pos, terminal] = [await cluster.pos('pos'), await cluster.terminal('t4', { behaviour: 'silent' })];
    pos.pay('TERM-004', order('lost-1'));
    await terminal.next('payment');
    terminal.drop();
    const page = await operator().open('/console/payments');
    await rowOf(page, 'lost-1').getByText('Awaiting terminal').waitFor({ timeout: 2_000 });
    await pos.result('lost-1');
    await page.getByRole('button', { name: 'Needs attention' }).click();
    await rowOf(page, 'lost-1').getByText('Charged or not?').waitFor();
    await rowOf(page, 'lost-1').getByRole('link').click();
    await page.getByText('Not yet: a second payment could charge the customer twice.').waitFor();
    await page.getByRole('list', { name: 'Steps' }).getByText('disconnected').waitFor();

    await page.getByRole('button', { name: 'Resolve' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Resolve' }).click();
    await dialog.getByText('Choose what you have found out').waitFor();
    await dialog.getByLabel('The card was not charged').check();
    await dialog.getByLabel('Note', { exact: true }).fill('No such charge in the journal');
    await dialog.getByRole('button', { name: 'Resolve' }).click();
    await page
      .getByText(/Resolved by alice.*The card was not charged.*No such charge in the journal/)
      .waitFor();
    await page.getByRole('link', { name: 'All payments' }).click();
    await page.getByText('No payment fits').waitFor();
  });
});
