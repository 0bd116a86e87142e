import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { adminKey } from '../../test/support/fixture.js';
import { Operator as Caller } from '../../test/support/operator.js';
import { ADMIN, expectAccessibleInBothThemes, PHONE, useConsole, type PageOptions } from './support.js';

const PATIENT = { timeoutMs: 15_000 };

const operator = useConsole({ keys: [adminKey('bob')], env: { GRACE_PERIOD_MS: '6000' } });

/** The playground as its user sees it. */
class Desk {
  readonly till: Locator;
  readonly terminal: Locator;
  readonly life: Locator;
  readonly screen: Locator;

  constructor(readonly page: Page) {
    this.till = page.getByRole('region', { name: 'Till', exact: true });
    this.terminal = page.getByRole('region', { name: 'Terminal', exact: true });
    this.life = page.getByRole('region', { name: 'Life of the payment' });
    this.screen = page.locator('.card-terminal__screen');
  }

  static async open(options: PageOptions = {}): Promise<Desk> {
    const desk = new Desk(await operator().open('/console/playground', options));
    await desk.terminal.getByText('Online', { exact: true }).waitFor();
    await desk.till.getByText('Online', { exact: true }).waitFor();
    return desk;
  }

  press(where: Locator, name: string): Promise<void> {
    return where.getByRole('button', { name }).click();
  }

  /** Pays and waits until the terminal asks for the card. */
  async pay(amount: string): Promise<void> {
    await this.till.getByLabel('Amount').fill(amount);
    await this.till.getByRole('button', { name: 'Pay', exact: true }).click();
    await this.screen.getByText('Present your card').waitFor();
  }

  /** What a log lists, oldest first: `sent payment`, `received paymentComplete`, … */
  async frames(of: 'till' | 'terminal'): Promise<string[]> {
    const entries = this[of].locator('.frame__more .frame__head');
    return entries.evaluateAll((heads) =>
      heads.map((head: any) => {
        const way = head.querySelector('.frame__way').lastChild.textContent.trim();
        return `${way} ${head.querySelector('strong').textContent}`;
      }),
    );
  }

  status(text: string): Promise<void> {
    return this.life.locator('.badge').getByText(text).waitFor();
  }
}

async function expectDisabled(...ids: string[]): Promise<void> {
  const caller = await Caller.of(operator().cluster, ADMIN);
  await eventually(async () => {
    const { body } = await caller.get('/keys');
    const disabled = (body['keys'] as any[])
      .filter(({ isDisabled }: any) => isDisabled)
      .map(({ id }: any) => id);
    expect(disabled).toEqual(expect.arrayContaining(ids));
  }, PATIENT);
}

describe('the playground', () => {
  it('makes a payment whose every frame is seen, and which appears in the feed with its timeline', async () => {
    const desk = await Desk.open();
    await desk.pay('12.30');
    expect(await desk.screen.textContent()).toContain('12.30 EUR');
    await desk.press(desk.terminal, 'Approve');
    await desk.status('COMPLETED');
    await desk.screen.getByText('Approved').waitFor();
    await eventually(async () => {
      expect(await desk.frames('till')).toEqual(
        expect.arrayContaining(['sent payment', 'received paymentStatus', 'received paymentComplete']),
      );
      expect(await desk.frames('terminal')).toEqual([
        'received payment',
        'sent paymentResponse',
        'received paymentResponseAck',
      ]);
    }, PATIENT);
    const hops = await desk.life.locator('.life__step .life__ms').allTextContents();
    expect(hops).toHaveLength(6);
    hops.forEach((hop) => expect(hop).toMatch(/^\d+(\.\d)? ms$/));

    await desk.life.getByRole('link', { name: 'Show in Payments' }).click();
    await desk.page.getByRole('heading', { name: 'Timeline' }).waitFor();
    const steps = desk.page.getByRole('list', { name: 'Steps' });
    for (const event of ['accepted', 'claimed', 'sent', 'received', 'result', 'pushed', 'receipted']) {
      await steps.getByText(event, { exact: true }).waitFor();
    }
    await desk.page.getByRole('link', { name: 'Payments', exact: true }).click();
    await desk.page.getByRole('table', { name: 'Payments' }).getByText('12.30').first().waitFor();
    // Whoever looked at the payment finds the playground as it was.
    await desk.page.getByRole('link', { name: 'Playground' }).click();
    await desk.status('COMPLETED');
  });

  it('shows that the same request is handed over once', async () => {
    const desk = await Desk.open();
    await desk.pay('5.00');
    await desk.press(desk.till, 'Pay again with the same id');
    await desk.press(desk.terminal, 'Approve');
    await desk.status('COMPLETED');
    await desk.press(desk.till, 'Pay again with the same id');
    await desk.life.getByText('asked 3 times, handed over once').waitFor();
    await eventually(async () => {
      const frames = await desk.frames('till');
      expect(frames.filter((frame) => frame === 'received paymentComplete').length).toBeGreaterThan(1);
    }, PATIENT);
    expect((await desk.frames('terminal')).filter((frame) => frame === 'received payment')).toHaveLength(1);
  });

  it('shows a terminal that drops in mid-payment, is asked, and pays once', async () => {
    const desk = await Desk.open();
    await desk.pay('7.70');
    await desk.press(desk.terminal, 'Cut the cable');
    await desk.status('AWAITING_RECONNECT');
    await desk.press(desk.terminal, 'Plug the cable in');
    await desk.life.getByText('the gateway asks the terminal what became of it').waitFor();
    await desk.press(desk.terminal, 'Approve');
    await desk.status('COMPLETED');
    const frames = await desk.frames('terminal');
    expect(frames).toContain('received paymentInquiry');
    expect(frames.filter((frame) => frame === 'received payment')).toHaveLength(1);
    const done = desk.page.getByRole('list', { name: 'First steps' }).getByText('(done)');
    expect(await done.count()).toBe(3);
  });

  it('tells a till that was cut its result when it is back', async () => {
    const desk = await Desk.open();
    await desk.pay('6.60');
    await desk.press(desk.till, 'Cut the cable');
    await desk.till.getByText('Connection lost').waitFor();
    await desk.press(desk.terminal, 'Approve');
    await desk.screen.getByText('Approved').waitFor();
    await desk.status('PENDING');
    await desk.press(desk.till, 'Plug the cable in');
    await desk.status('COMPLETED');
  });

  it('voids an approval that comes after the grace', async () => {
    const desk = await Desk.open();
    await desk.pay('9.90');
    await desk.press(desk.terminal, 'Cut the cable');
    await desk.press(desk.terminal, 'Approve');
    await desk.screen.getByText('result kept until the gateway has it').waitFor();
    await desk.status('FAILED');
    await desk.life.getByText('TERMINAL_DISCONNECTED, retrySafe: false').waitFor();
    await desk.press(desk.terminal, 'Plug the cable in');
    await desk.status('VOIDED');
    await desk.screen.getByText('Voided').waitFor();
  }, 60_000);

  it('declines with the chosen code, and cancels on both sides', async () => {
    const desk = await Desk.open();
    await desk.pay('1.00');
    await desk.terminal.getByLabel('Reason to decline').selectOption('WRONG_PIN');
    await desk.press(desk.terminal, 'Decline');
    await desk.status('FAILED');
    await desk.life.getByText('WRONG_PIN').waitFor();
    await desk.pay('2.00');
    await desk.terminal.locator('.card-terminal').getByRole('button', { name: 'Cancel' }).click();
    await desk.status('CANCELLED');
    await desk.pay('3.00');
    await desk.press(desk.till, 'Cancel payment');
    await desk.life.getByText('cancelling: CANCELLED').waitFor();
    await desk.screen.getByText('Cancelled').waitFor();
  });

  it('approves by itself when it is told to', async () => {
    const desk = await Desk.open();
    await desk.terminal.getByLabel('Seconds until it approves').fill('0');
    await desk.terminal.getByLabel('Approve by itself after').check();
    await desk.till.getByRole('button', { name: 'Pay', exact: true }).click();
    await desk.status('COMPLETED');
  });

  it('sends a frame of one’s own and shows what the gateway says to it', async () => {
    const desk = await Desk.open();
    await desk.till.getByText('Send a frame of your own').click();
    await desk.press(desk.till, 'Unknown action');
    await desk.press(desk.till, 'Send');
    await desk.till.getByText('Unknown action: teleport').first().waitFor();
    await desk.press(desk.till, 'No JSON');
    await desk.press(desk.till, 'Send');
    await desk.till.getByText('INVALID_JSON').first().waitFor();
    await desk.press(desk.till, 'List terminals');
    const answer = desk.till.locator('.frame', { hasText: 'terminalsResponse' });
    await answer.click();
    expect(await answer.locator('pre').textContent()).toContain('"deviceId": "PLAYGROUND"');
  });

  it('keeps its log still, clears it, and leaves pings out unless asked', async () => {
    const desk = await Desk.open();
    expect(await desk.frames('till')).not.toContain('sent ping');
    await desk.till.getByLabel('Pings').check();
    await eventually(async () => expect(await desk.frames('till')).toContain('sent ping'), PATIENT);
    await desk.press(desk.till, 'Pause');
    const before = await desk.frames('till');
    await desk.press(desk.till, 'List terminals');
    await desk.terminal.getByText('Online', { exact: true }).waitFor();
    expect(await desk.frames('till')).toEqual(before);
    await desk.press(desk.till, 'Pause');
    await eventually(
      async () => expect(await desk.frames('till')).toContain('received terminalsResponse'),
      PATIENT,
    );
    await desk.press(desk.till, 'Clear');
    expect(await desk.frames('till')).toEqual([]);
  });

  it('gives its keys back when the page is left', async () => {
    const desk = await Desk.open();
    await desk.page.goto('about:blank');
    await expectDisabled('playground-alice-till', 'playground-alice-terminal');
  });

  it('gives its keys back when somebody signs out', async () => {
    const { cluster } = operator();
    const page = await operator().openSignedOut('/console/playground');
    await page.getByLabel('Admin key').fill(cluster.key('bob'));
    await page.getByRole('button', { name: 'Sign in' }).click();
    // A browser complains of a connection that is given up while it is made.
    for (const name of ['Till', 'Terminal']) {
      await page.getByRole('region', { name, exact: true }).getByText('Online', { exact: true }).waitFor();
    }
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Admin key').waitFor();
    await expectDisabled('playground-bob-till', 'playground-bob-terminal');
  });

  it('begins anew when another tab has taken its keys', async () => {
    const first = await Desk.open();
    const second = await Desk.open();
    await first.page.getByRole('alert').getByText('used elsewhere').waitFor();
    await first.page.getByRole('button', { name: 'Start over' }).click();
    await first.till.getByText('Online', { exact: true }).waitFor();
    await second.page.getByRole('alert').getByText('used elsewhere').waitFor();
    // Who has lost the keys does not take them from the one who has them now.
    await second.page.goto('about:blank');
    await first.pay('1.10');
  });

  it('is accessible, on a phone too', async () => {
    const desk = await Desk.open();
    await desk.pay('4.20');
    await desk.till.locator('.frame__more').first().click();
    await expectAccessibleInBothThemes(desk.page);
    await desk.page.setViewportSize(PHONE);
    await expectAccessibleInBothThemes(desk.page);
    const width = await desk.page.evaluate(() => (globalThis as any).document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(PHONE.width);
  });
});
