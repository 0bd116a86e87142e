import { describe, expect, it } from 'vitest';
import { posKey, terminalKey } from '../../test/support/fixture.js';
import { useConsole } from './support.js';

/** A sample of figures covers ten seconds. */
const SAMPLED_MS = 25_000;

const operator = useConsole({
  instances: 2,
  keys: [posKey('pos'), terminalKey('t1', 'TERM-001')],
});

describe('the health page', () => {
  it('draws what has happened, and tells the latest figures as text', async () => {
    const { cluster } = operator();
    const [pos, terminal] = [await cluster.pos('pos'), await cluster.terminal('t1', { on: 1 })];
    const page = await operator().open('/console/health');
    await page.getByText('2 of 2 alive').waitFor();
    await page.getByText(/Redis, standalone/).waitFor();
    for (let i = 0; i < 20; i++) {
      pos.pay('TERM-001', { transactionId: `h-${i}`, amount: '1', currency: 'EUR', paymentMethod: 'CARD' });
      await pos.result(`h-${i}`);
    }
    const chart = (title: string) => page.getByRole('region', { name: title });
    const legend = (title: string, line: string) =>
      chart(title).getByRole('row').filter({ hasText: line }).locator('.u-value');
    await legend('Connections', 'Terminals').filter({ hasText: '1' }).waitFor({ timeout: SAMPLED_MS });
    await expect.poll(() => isDrawn(chart('From accepted to final')), { timeout: SAMPLED_MS }).toBe(true);
    await legend('Payments, last hour', 'Approved')
      .filter({ hasText: /\d.*\/s/ })
      .waitFor();
    terminal.drop();
  }, 60_000);

  it('says that an instance has died, and what to do', async () => {
    const { cluster } = operator();
    const id = await operator().instanceId(1);
    const page = await operator().open('/console/health');
    await page.getByText('2 of 2 alive').waitFor();
    cluster.instances[1]!.kill('SIGKILL');
    await page.getByText(new RegExp(`${id}: silent for`)).waitFor({ timeout: 15_000 });
    await page.getByText('Read its log, and start it again.').waitFor();
    expect(await page.locator('.check').first().innerText()).toContain('Act');
  });
});

type Region = ReturnType<Awaited<ReturnType<ReturnType<typeof operator>['open']>>['getByRole']>;

/** Something but the grid is on the canvas: colours that stand out from grey. */
function isDrawn(region: Region): Promise<boolean> {
  return region.locator('canvas').evaluate((element) => {
    const canvas = element as any;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b, a] = [data[i], data[i + 1], data[i + 2], data[i + 3]];
      if (a > 200 && Math.max(r, g, b) - Math.min(r, g, b) > 90) return true;
    }
    return false;
  });
}
