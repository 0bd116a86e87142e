import { describe, expect, it } from 'vitest';
import { posKey } from '../../test/support/fixture.js';
import { expectAccessible, PHONE, useConsole } from './support.js';

const operator = useConsole({ keys: [posKey('pos')] });

async function signIn(page: Awaited<ReturnType<ReturnType<typeof operator>['open']>>, key: string) {
  await page.getByLabel('Admin key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

describe('signing in', () => {
  it('refuses what is no admin key, and says so', async () => {
    const page = await operator().openSignedOut();
    await signIn(page, 'not-a-key');
    await page.getByText('This is not an enabled admin key').waitFor();
    await signIn(page, operator().cluster.key('pos'));
    await page.getByText('Keys of tills and terminals do not open the console').waitFor();
    expect(await page.context().cookies()).toEqual([]);
  });

  it('lets an admin in, to the page that was asked for, and out again', async () => {
    const page = await operator().openSignedOut('/console/payments');
    await signIn(page, operator().key);
    await page.getByRole('heading', { name: 'Payments', level: 1 }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Payments', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Admin key').waitFor();
    await page.reload();
    await page.getByLabel('Admin key').waitFor();
    expect(await page.context().cookies()).toEqual([]);
  });

  it('shows the key only to who wants to see it, and takes one from a link out of the address', async () => {
    const page = await operator().openSignedOut(`/console/#key=${operator().key}`);
    const field = page.getByLabel('Admin key');
    expect(await field.inputValue()).toBe(operator().key);
    expect(page.url()).not.toContain('key=');
    expect(await field.getAttribute('type')).toBe('password');
    await page.getByRole('button', { name: 'Show' }).click();
    expect(await field.getAttribute('type')).toBe('text');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  });

  it.each(['light', 'dark'] as const)('can be used by everyone, %s', async (colorScheme) => {
    await expectAccessible(await operator().openSignedOut('/console/', { colorScheme, viewport: PHONE }));
  });

  it('says how long to wait when there were too many attempts', async () => {
    const page = await operator().openSignedOut();
    const tooMany = page.getByText(/Too many attempts. Try again in \d+ seconds?/);
    for (let attempt = 0; attempt < 12 && !(await tooMany.isVisible()); attempt++) {
      await signIn(page, `guess-${attempt}`);
      await page.locator('.field__error:not(:empty)').waitFor();
      await page.getByRole('button', { name: 'Sign in', disabled: false }).waitFor();
    }
    await tooMany.waitFor();
  });
});
