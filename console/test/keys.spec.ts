import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { refused, TerminalClient } from '../../test/support/clients.js';
import { eventually } from '../../test/support/eventually.js';
import { posKey, terminalKey } from '../../test/support/fixture.js';
import { expectAccessibleInBothThemes, PHONE, useConsole } from './support.js';

const MANY = Array.from({ length: 1_200 }, (_, i) =>
  terminalKey(`many-${i}`, `DEVICE-${i}`, `shop-${i % 7}`),
);

const operator = useConsole({ keys: [posKey('pos'), ...MANY] });

/** Opens the page and waits until every key was read. */
async function openKeys(): Promise<Page> {
  const page = await operator().open('/console/keys');
  await page
    .getByRole('status')
    .getByText(/^[\d,.]+ keys$/)
    .waitFor();
  return page;
}

async function find(page: Page, search: string): Promise<void> {
  await page.getByLabel('Search').fill(search);
}

/** Creates a key of a terminal. @returns what is shown once */
async function createTerminal(
  page: Page,
  id: string,
  deviceId: string,
): Promise<{ apiKey: string; env: string }> {
  await page.getByRole('button', { name: 'Create a key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Terminal' }).click();
  await dialog.getByLabel('Group').fill('shop');
  await dialog.getByLabel('Device id').fill(deviceId);
  await dialog.getByLabel('Name of the key').fill(id);
  await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  const env = await page.getByRole('region', { name: 'Lines for the environment' }).textContent();
  return { env: env!, apiKey: /^GATEWAY_KEY=(.*)$/m.exec(env!)![1]! };
}

describe('the page of the keys', () => {
  it('makes a key that connects as it is shown, and shows it once', async () => {
    const page = await openKeys();
    const { env, apiKey } = await createTerminal(page, 'fresh', 'FRESH');
    const url = /^GATEWAY_URL=(.*)$/m.exec(env)![1]!;
    expect(url).toBe(operator().cluster.url());
    expect(env).toMatch(/^GATEWAY_SECRET=\S{20,}$/m);
    const path = page.getByRole('img', { name: 'QR code' }).locator('path');
    expect(await path.getAttribute('d')).toMatch(/^M4 4h7v1h-7z/);

    const terminal = operator().cluster.track(await TerminalClient.connect(url, apiKey));
    await terminal.roundTrip();
    const till = await operator().cluster.pos('pos');
    expect(await till.terminals()).toEqual([
      expect.objectContaining({ deviceId: 'FRESH', status: 'online' }),
    ]);

    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count(), 'what is shown once does not vanish by accident').toBe(1);
    await page.getByRole('button', { name: 'I have stored it' }).click();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.content()).not.toContain(apiKey);
  });

  it('ends the connection of a key that is disabled, and lets it in again when enabled', async () => {
    const page = await openKeys();
    const { apiKey } = await createTerminal(page, 'doomed', 'DOOMED');
    await page.getByRole('button', { name: 'I have stored it' }).click();
    const url = operator().cluster.url();
    const terminal = operator().cluster.track(await TerminalClient.connect(url, apiKey));
    await terminal.roundTrip();

    await find(page, 'doomed');
    await page.getByRole('row', { name: 'doomed' }).click();
    await page.getByRole('button', { name: 'Disable …' }).click();
    await page.getByText('Its terminal is disconnected at once').waitFor();
    await page.getByRole('button', { name: 'Disable', exact: true }).click();
    expect((await terminal.closed).code).toBe(4003);
    expect(await refused(url, apiKey)).toMatchObject({ status: 401 });

    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByText('doomed is enabled').waitFor();
    await eventually(
      async () =>
        operator()
          .cluster.track(await TerminalClient.connect(url, apiKey))
          .roundTrip(),
      { timeoutMs: 15_000 },
    );
  });

  it('rotates a key: the new one connects, and the old one no longer if nothing else was asked', async () => {
    const page = await openKeys();
    const { apiKey } = await createTerminal(page, 'turned', 'TURNED');
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await find(page, 'turned');
    await page.getByRole('row', { name: 'turned' }).click();
    await page.getByRole('button', { name: 'Rotate …' }).click();
    await page.getByLabel('The former key is still accepted for').selectOption('0');
    await page.getByRole('button', { name: 'Rotate', exact: true }).click();
    const env = await page.getByRole('region', { name: 'Lines for the environment' }).textContent();
    const fresh = /^GATEWAY_KEY=(.*)$/m.exec(env!)![1]!;
    expect(fresh).not.toBe(apiKey);
    const url = operator().cluster.url();
    await operator()
      .cluster.track(await TerminalClient.connect(url, fresh))
      .roundTrip();
    await eventually(async () => expect(await refused(url, apiKey)).toMatchObject({ status: 401 }), {
      timeoutMs: 15_000,
    });
  });

  it('says what is wrong with a draft, and what the gateway does not accept', async () => {
    const page = await openKeys();
    await page.getByRole('button', { name: 'Create a key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByText('belongs to a group').waitFor();
    await dialog.getByLabel('Group').fill('shop');
    await dialog.getByLabel('Name of the key').fill('pos');
    // The browser writes the refusal of the gateway down by itself.
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByRole('alert').getByText('pos').waitFor();
    await eventually(() => operator().complaints.length > 0);
    operator().complaints.splice(0);
  });

  it('does not let an admin lock himself out with the key that he is signed in with', async () => {
    const page = await openKeys();
    await find(page, 'alice');
    await page.getByRole('row', { name: 'alice' }).click();
    expect(await page.getByRole('button', { name: 'Disable …' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Rotate …' }).click();
    const overlaps = page.getByLabel('The former key is still accepted for').getByRole('option');
    expect(await overlaps.allTextContents()).toEqual(['One hour', 'One day', 'One week']);
  });

  it('reads every key and finds one among them, with few rows in the document', async () => {
    const page = await openKeys();
    const list = page.getByRole('table', { name: 'Keys' });
    expect(Number(await list.getAttribute('aria-rowcount'))).toBeGreaterThan(MANY.length);
    expect(await list.getByRole('row').count()).toBeLessThan(80);
    await list.getByRole('row').nth(1).focus();
    await page.keyboard.press('End');
    await page.getByRole('row', { name: 'pos' }).waitFor();
    await find(page, 'device-77 shop-0');
    expect(await list.getByRole('row').allTextContents()).toHaveLength(3 + 1);
    await page.getByLabel('Kind').selectOption('admin');
    await page.getByText('No key matches').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByText(/^1,20\d keys$/).waitFor();
  });

  it('is accessible, with each of its dialogs, on a phone too', async () => {
    const page = await openKeys();
    await expectAccessibleInBothThemes(page);
    await page.getByRole('button', { name: 'Create a key' }).click();
    await expectAccessibleInBothThemes(page);
    await page.keyboard.press('Escape');
    await createTerminal(page, 'shown', 'SHOWN');
    await expectAccessibleInBothThemes(page);
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await find(page, 'shown');
    await page.getByRole('row', { name: 'shown' }).click();
    await expectAccessibleInBothThemes(page);
    await page.setViewportSize(PHONE);
    await expectAccessibleInBothThemes(page);
  });
});
