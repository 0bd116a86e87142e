import { describe, expect, it } from 'vitest';
import { adminKey, posKey } from '../../test/support/fixture.js';
import { Operator as Caller } from '../../test/support/operator.js';
import { ADMIN, expectAccessibleInBothThemes, PHONE, useConsole } from './support.js';

const operator = useConsole({ keys: [adminKey('bob'), posKey('pos')] });

describe('the page of the audit', () => {
  it('shows who did what, to what and from where', async () => {
    const page = await operator().open('/console/keys');
    await page.getByRole('row', { name: 'pos' }).click();
    await page.getByRole('button', { name: 'Disable …' }).click();
    await page.getByRole('button', { name: 'Disable', exact: true }).click();
    await page.getByText('pos is disabled').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Audit' }).click();
    const row = page.getByRole('row', { name: /disabled the key pos/ });
    await row.waitFor();
    const cells = await row.getByRole('cell').allTextContents();
    expect(cells.slice(1)).toEqual([ADMIN, 'disabled the key pos', 'shop', '127.0.0.1']);
    await page
      .getByRole('row', { name: `${ADMIN} signed in to the console` })
      .first()
      .waitFor();
  });

  it('is filtered by action and by whatever stands in an act', async () => {
    await Caller.of(operator().cluster, 'bob');
    const page = await operator().open('/console/audit');
    const acts = page.getByRole('table', { name: 'Acts' }).getByRole('row');
    await page.getByRole('row', { name: /bob signed in/ }).waitFor();
    await page.getByLabel('Search').fill('BOB');
    expect(await acts.count()).toBe(2);
    await page.getByLabel('Action').selectOption('key.rotated');
    await page.getByText('Nothing of what is loaded matches').waitFor();
  });

  it('goes back as far as one wants', async () => {
    const bob = await Caller.of(operator().cluster, 'bob');
    for (let i = 0; i < 120; i++) {
      await bob.post('/keys', { kind: 'desktop', groupId: 'many', id: `many-${i}` });
    }
    const page = await operator().open('/console/audit');
    await page.getByLabel('Action').selectOption('key.created');
    await page.getByRole('row', { name: 'many-119' }).waitFor();
    expect(await page.getByRole('row', { name: /many-0\b/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Load older ones' }).click();
    await page.getByRole('row', { name: /many-0\b/ }).waitFor();
  });

  it('is accessible, on a phone too', async () => {
    const page = await operator().open('/console/audit');
    await page.getByRole('table', { name: 'Acts' }).waitFor();
    await expectAccessibleInBothThemes(page);
    await page.setViewportSize(PHONE);
    await expectAccessibleInBothThemes(page);
  });
});
