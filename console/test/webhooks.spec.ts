import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import type { Receiver } from '../../test/support/receiver.js';
import { WebhookShop } from '../../test/support/webhook-shop.js';
import { ADMIN, expectAccessibleInBothThemes, PHONE, useConsole } from './support.js';

const GONE = 410;

let shop: WebhookShop;
const operator = useConsole(async () => {
  // Few enough that a delivery is given up while a test waits.
  shop = await WebhookShop.open({ admins: [ADMIN], env: { WEBHOOK_RETRY_DELAYS_MS: '100,100' } });
  await shop.terminal();
  return shop;
});

/** The deliveries of a receiver's endpoint, as its row opens them. */
async function openDeliveries(page: Page, receiver: Receiver): Promise<Locator> {
  await page.getByRole('button', { name: `Show deliveries to ${receiver.url()}` }).click();
  return page.getByRole('dialog');
}

describe('the page of the webhooks', () => {
  it('shows what was delivered, with its attempts', async () => {
    const receiver = await shop.receiver();
    await shop.endpoint(receiver);
    const transactionId = await shop.pay();
    const page = await operator().open('/console/webhooks');
    await page.getByRole('row').filter({ hasText: receiver.url() }).getByText('Active').waitFor();
    const dialog = await openDeliveries(page, receiver);
    const delivery = dialog.getByRole('listitem').filter({ hasText: transactionId });
    await delivery.getByText('Delivered').waitFor();
    await delivery.getByText('1 attempt').click();
    await delivery.getByText(/HTTP 204 after \d+ ms/).waitFor();
    await delivery.getByRole('link', { name: transactionId }).waitFor();
  });

  it('sends one again that was given up, and shows how it goes', async () => {
    const receiver = await shop.receiver();
    receiver.behaviour = 500;
    await shop.endpoint(receiver);
    const transactionId = await shop.pay();
    const page = await operator().open('/console/webhooks');
    const dialog = await openDeliveries(page, receiver);
    const delivery = dialog.getByRole('listitem').filter({ hasText: transactionId });
    await delivery.getByText('Given up: tried 3 times').waitFor();
    receiver.behaviour = 204;
    await delivery.getByRole('button', { name: 'Send again' }).click();
    await page.getByText('It is sent again').waitFor();
    await delivery.getByText('Delivered after 4 attempts').waitFor();
    await eventually(() => expect(receiver.calls.at(-1)!.data.transactionId).toBe(transactionId));

    await dialog.getByLabel('Status').selectOption('failed');
    await dialog.getByText('No deliveries').waitFor();
    await page.goto(new URL('/console/audit', page.url()).href);
    await page.getByRole('row', { name: /alice had a webhook sent again/ }).waitFor();
  });

  it('says why an endpoint gets nothing', async () => {
    const receiver = await shop.receiver();
    receiver.behaviour = GONE;
    await shop.endpoint(receiver);
    await shop.pay();
    const page = await operator().open('/console/webhooks');
    const row = page.getByRole('row').filter({ hasText: receiver.url() });
    await eventually(
      async () => {
        await page.getByRole('button', { name: 'Reload' }).click();
        expect(await row.textContent()).toContain('410 Gone');
      },
      { timeoutMs: 15_000 },
    );
    await page.getByLabel('Search').fill('nowhere');
    await page.getByText('No endpoint matches').waitFor();
  });

  it('is accessible, on a phone too', async () => {
    const receiver = await shop.receiver();
    await shop.endpoint(receiver);
    const transactionId = await shop.pay();
    const page = await operator().open('/console/webhooks');
    await expectAccessibleInBothThemes(page);
    const dialog = await openDeliveries(page, receiver);
    await dialog.getByRole('link', { name: transactionId }).waitFor();
    await expectAccessibleInBothThemes(page);
    await page.setViewportSize(PHONE);
    await expectAccessibleInBothThemes(page);
  });
});
