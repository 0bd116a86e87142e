import { mkdirSync, statSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ManyTerminals } from '../test/many-terminals.js';
import { useConsole } from '../test/support.js';
import { Business, KEYS } from './business.js';

const FOLDER = 'docs/images';
const MOST_BYTES = 200_000;
const INSTANCES = ['gateway-a', 'gateway-b', 'gateway-c'];
const ELSEWHERE = 240;
/** Long enough for charts that show something. */
const BUSINESS_MS = 150_000;

const operator = useConsole({ instances: 0, keys: KEYS, env: { GRACE_PERIOD_MS: '30000' } });
let business: Business;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  const { cluster } = operator();
  for (const INSTANCE_ID of INSTANCES) await cluster.add({ INSTANCE_ID });
  const others = await ManyTerminals.register(cluster, ELSEWHERE, INSTANCES[1]);
  await others.close();
  business = await Business.open(cluster);
  await business.sell(BUSINESS_MS);
});

async function shoot(page: Page, name: string): Promise<void> {
  const path = `${FOLDER}/console-${name}.png`;
  await page.screenshot({ path });
  expect(statSync(path).size).toBeLessThanOrEqual(MOST_BYTES);
}

describe('pictures of', () => {
  it('the health page', async () => {
    const page = await operator().open('/console/health', { viewport: { width: 1280, height: 1300 } });
    await page.getByText('3 of 3 alive').waitFor();
    await page.locator('.u-value').filter({ hasText: /\d ms/ }).first().waitFor();
    // On a machine with other work to do, the checks are right to complain; the picture shows a gateway alone on its own.
    await page.getByText('Look at it').first().waitFor({ state: 'detached', timeout: 120_000 });
    await shoot(page, 'health');
  });

  it('the floor', async () => {
    const page = await operator().open('/console/');
    business.terminals.get('berlin-2')!.drop();
    await page.getByText('Reconnecting 2').first().waitFor();
    await page
      .getByRole('row')
      .filter({ hasText: 'AIRPORT-1' })
      .getByText(/\d ms$/)
      .waitFor();
    for (const lane of ['airport-2', 'airport-5', 'berlin-4', 'hamburg-3']) business.ask(lane);
    await page.getByRole('button', { name: 'Busy 4' }).waitFor();
    await shoot(page, 'floor');
  });

  it('a payment', async () => {
    const page = await operator().open('/console/payments', { viewport: { width: 1280, height: 1000 } });
    business.please('hamburg-2');
    const id = business.ask('hamburg-2');
    const row = page.getByRole('row').filter({ hasText: id });
    await row.getByText('Paid').waitFor();
    await row.getByRole('link').click();
    await page.getByText('receipted').waitFor();
    await shoot(page, 'payment');
  });

  it('the playground', async () => {
    const page = await operator().open('/console/playground', {
      colorScheme: 'dark',
      viewport: { width: 1280, height: 1000 },
    });
    const [till, terminal] = ['Till', 'Terminal'].map((name) =>
      page.getByRole('region', { name, exact: true }),
    );
    await terminal!.getByText('Online', { exact: true }).waitFor();
    await till!.getByRole('button', { name: 'Pay', exact: true }).click();
    await page.getByText('Present your card').waitFor();
    await terminal!.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('region', { name: 'Life of the payment' }).getByText('COMPLETED').waitFor();
    await shoot(page, 'playground');
  });
});
