import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { ensureProgram } from '../../scripts/programs.mjs';
import { adminKey, startCluster, type Cluster, type ClusterOptions } from '../../test/support/fixture.js';

export const ADMIN = 'alice';
export const PHONE = { width: 390, height: 844 };

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const DESKTOP = { width: 1280, height: 800 };
const SESSION = '/console/api/session';
const START_MS = 180_000;

export interface PageOptions {
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
  reducedMotion?: 'reduce' | 'no-preference';
  /** Index of the instance that serves the page; default 0. */
  on?: number;
}

/** What the browser looks at: a cluster, with whatever belongs to it. */
export interface World {
  readonly cluster: Cluster;
  close(): Promise<void>;
}

/**
 * A built gateway and a browser for the tests of a file. Every page is watched: an error in its console, a file that its policy
 * refused or an exception fails the test.
 * @param options of the cluster, to which the {@link ADMIN} is added; or what starts one that has him
 * Use: `const shop = useConsole({ keys: [posKey('pos')] })`, and in a test `const page = await shop().open('/console/')`.
 */
export function useConsole(options: ClusterOptions | (() => Promise<World>)): () => Operator {
  let operator: Operator | undefined;
  let world: World | undefined;
  beforeAll(async () => {
    const executablePath = ensureProgram('chromium', 'chromium');
    world = await (typeof options === 'function' ? options() : startWorld(options));
    // In a container chromium runs as root, which its sandbox does not allow, and has little shared memory.
    const args = ['--no-sandbox', '--disable-dev-shm-usage'];
    operator = new Operator(world.cluster, await chromium.launch({ executablePath, args }));
  }, START_MS);
  afterEach(() => operator?.closePages());
  afterAll(async () => {
    await operator?.browser.close();
    await world?.close();
  });
  return () => operator!;
}

async function startWorld(options: ClusterOptions): Promise<World> {
  const cluster = await startCluster({ ...options, keys: [...options.keys, adminKey(ADMIN)] });
  return { cluster, close: () => cluster.close() };
}

/** Whoever sits at the console. */
export class Operator {
  /** What pages have complained about; a test that expects it takes it out. */
  readonly complaints: string[] = [];
  private readonly contexts: BrowserContext[] = [];
  private cookie: string | undefined;

  constructor(
    readonly cluster: Cluster,
    readonly browser: Browser,
  ) {}

  /** What signs in. */
  get key(): string {
    return this.cluster.key(ADMIN);
  }

  /** A page of someone who has signed in before. @param path with the leading slash */
  async open(path: string, options: PageOptions = {}): Promise<Page> {
    const page = await this.blank(options);
    const [pair = ''] = (await this.signedIn()).split(';');
    const [name = '', value = ''] = pair.split('=');
    const url = `${this.url(options)}/console`;
    await page.context().addCookies([{ name, value, url }]);
    await page.goto(this.url(options) + path);
    await page.locator('header.nav').waitFor();
    return page;
  }

  /** A page of someone who is not signed in; what the browser says about that is expected. */
  async openSignedOut(path = '/console/', options: PageOptions = {}): Promise<Page> {
    const page = await this.blank(options, (text) => !/status of (?:401|429)/.test(text));
    await page.goto(this.url(options) + path);
    return page;
  }

  /** What an instance calls itself. */
  async instanceId(on = 0): Promise<string> {
    const cookie = (await this.signedIn()).split(';')[0]!;
    const response = await fetch(this.url({ on }) + SESSION, { headers: { cookie } });
    return ((await response.json()) as { instanceId: string }).instanceId;
  }

  /** Fails the test if a page has complained. */
  async closePages(): Promise<void> {
    await Promise.all(this.contexts.splice(0).map((context) => context.close()));
    expect(this.complaints.splice(0)).toEqual([]);
  }

  private url({ on = 0 }: PageOptions = {}): string {
    return this.cluster.instances[on]!.url;
  }

  /** The cookie of one session for all tests of a file: signing in is rate limited. */
  private async signedIn(): Promise<string> {
    this.cookie ??= await this.signIn();
    return this.cookie;
  }

  private async signIn(): Promise<string> {
    const response = await fetch(this.url() + SESSION, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: this.key }),
    });
    if (!response.ok) throw new Error(`sign-in: ${response.status} ${await response.text()}`);
    return response.headers.get('set-cookie')!;
  }

  private async blank(options: PageOptions, counts = (_text: string) => true): Promise<Page> {
    const { viewport = DESKTOP, colorScheme = 'light', reducedMotion = 'no-preference' } = options;
    const context = await this.browser.newContext({ viewport, colorScheme, reducedMotion });
    this.contexts.push(context);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(`exception: ${error.message}`));
    page.on('console', (message) => {
      const isComplaint = ['error', 'warning'].includes(message.type()) && counts(message.text());
      if (isComplaint) this.complaints.push(`${message.type()}: ${message.text()} ${message.location().url}`);
    });
    return page;
  }
}

/** Fails if axe finds something serious on the page as it is now. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE);
  const found: string[] = await page.evaluate(async () => {
    const { axe, document } = globalThis as any;
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter(({ impact }: any) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }: any) =>
        nodes.map((node: any) => `${id}: ${node.html} ${node.failureSummary}`),
      );
  });
  expect(found).toEqual([]);
}

/** The same in the light and in the dark. */
export async function expectAccessibleInBothThemes(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
}
