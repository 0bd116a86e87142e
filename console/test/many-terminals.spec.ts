import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { posKey } from '../../test/support/fixture.js';
import { ManyTerminals } from './many-terminals.js';
import { PHONE, useConsole } from './support.js';

const COUNT = 10_000;
const DROPPED = 300;
/** Rows in the document at most, whatever the length of the list. */
const MOST_ROWS = 80;
/**
 * Processor time of the page per frame in which every row is another one; about 16 ms where this was written. Not the time on
 * the clock, which says more about what else the machine is doing.
 */
const MOST_CPU_MS = 60;
/** px per frame: three screens, so that no row stays. */
const STEP_PX = 2_700;

const operator = useConsole({ keys: [posKey('pos')], env: { GRACE_PERIOD_MS: '600000' } });
let terminals: ManyTerminals | undefined;
beforeAll(async () => {
  terminals = await ManyTerminals.register(operator().cluster, COUNT);
}, 120_000);
afterAll(() => terminals?.close());

async function openFloor(viewport?: { width: number; height: number }): Promise<Page> {
  const page = await operator().open('/console/', viewport && { viewport });
  await page.getByRole('button', { name: `All ${COUNT}` }).waitFor({ timeout: 20_000 });
  return page;
}

interface Ride {
  frames: number;
  /** Frames in which the middle or an edge of the list showed no row. */
  blank: number;
  mostRows: number;
}

/** Scrolls through the whole list as fast as frames come, and looks at every one of them. */
function ride(page: Page, stepPx = STEP_PX): Promise<Ride> {
  return page.evaluate(async (step) => {
    const { document, requestAnimationFrame } = globalThis as any;
    const box = document.querySelector('.vlist__box');
    const { left, top, bottom } = box.getBoundingClientRect();
    const found = { frames: 0, blank: 0, mostRows: 0 };
    const isRow = (y: number) => Boolean(document.elementFromPoint(left + 60, y)?.closest('[data-index]'));
    const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let before = -1; box.scrollTop !== before;) {
      before = box.scrollTop;
      box.scrollTop += step;
      await nextFrame();
      found.frames += 1;
      if (![top + 20, (top + bottom) / 2, bottom - 60].every(isRow)) found.blank += 1;
      found.mostRows = Math.max(found.mostRows, box.querySelectorAll('[data-index]').length);
    }
    return found;
  }, stepPx);
}

/** Gives the processor time of the page's main thread so far, ms. */
async function cpuClock(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1_000;
  };
}

describe(`a floor of ${COUNT} terminals`, () => {
  it('scrolls through all of them without a blank row, a crowded document or a jerk', async () => {
    const page = await openFloor();
    const cpu = await cpuClock(page);
    const before = await cpu();
    const { frames, blank, mostRows } = await ride(page);
    const perFrame = ((await cpu()) - before) / frames;
    expect(frames).toBeGreaterThan(100);
    expect({ blank, isBounded: mostRows <= MOST_ROWS }).toEqual({ blank: 0, isBounded: true });
    expect(perFrame).toBeLessThan(MOST_CPU_MS);
    await page.getByRole('cell', { name: 'TERM-09999', exact: true }).waitFor();
  });

  it('scrolls on a phone too', async () => {
    const { blank, mostRows } = await ride(await openFloor(PHONE), 2 * STEP_PX);
    expect({ blank, isBounded: mostRows <= MOST_ROWS }).toEqual({ blank: 0, isBounded: true });
  });

  it('finds one of them while it is being typed', async () => {
    const page = await openFloor();
    await page.getByLabel('Search').fill('term-07777');
    await page.getByRole('button', { name: 'All 1', exact: true }).waitFor();
    await page.getByRole('row').filter({ hasText: 'TERM-07777' }).waitFor();
  });

  it('walks by the keyboard to the end and back', async () => {
    const page = await openFloor();
    await page.getByRole('row').filter({ hasText: 'TERM-00000' }).focus();
    await page.keyboard.press('End');
    await page.locator('[data-index="9999"]:focus').waitFor();
    await page.keyboard.press('ArrowUp');
    await page.locator('[data-index="9998"]:focus').waitFor();
    await page.keyboard.press('Home');
    await page.locator('[data-index="0"]:focus').waitFor();
  });

  it('keeps its place while hundreds change', async () => {
    const page = await openFloor();
    const box = page.locator('.vlist__box');
    await box.evaluate((element) => ((element as any).scrollTop = 100_000));
    const row = page.locator('[data-index="2505"]');
    const place = await row.boundingBox();
    const [name] = /TERM-\d{5}/.exec(await row.innerText())!;
    await terminals!.drop(DROPPED);
    await page.getByRole('button', { name: `Reconnecting ${DROPPED}` }).waitFor();
    expect(await row.innerText()).toContain(name);
    expect(await row.boundingBox()).toEqual(place);
  });
});
