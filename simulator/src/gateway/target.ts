import { CannotRun } from '../commands/cannot-run.js';
import { EmbeddedGateway } from './embedded.js';
import { readKeyFile, type KeyRecord } from './keys.js';
import { environmentOf, timesFrom, type Times } from './times.js';
import { webhookEnvironment } from './webhooks.js';
import type { WebhookReceiver } from '../wire/webhook-receiver.js';

/** What a gateway does with an approval that comes after the payment was given up: its `LATE_RESULT_POLICY`. */
export const LATE_POLICIES = ['void', 'deliver'] as const;

export type LatePolicy = (typeof LATE_POLICIES)[number];

/** What the command line says about the gateway. */
export interface TargetOptions {
  url?: string[];
  keys?: string;
  embedded?: boolean;
  /** `main.js` of the gateway that `--embedded` starts. */
  gateway?: string;
  /** Of a gateway that somebody else started; `void` if absent. */
  latePolicy?: LatePolicy;
  times: Partial<Times>;
}

/** How a gateway of our own is set up, beside its keys and times. */
export interface OwnSetup {
  latePolicy?: LatePolicy;
  /** Its webhooks may go there. */
  receiver?: WebhookReceiver | undefined;
  env?: Record<string, string>;
}

/** A gateway to talk to, whoever started it. */
export interface Target {
  /** Of its instances, or of a balancer in front of them; with the path. */
  urls: readonly string[];
  keys: readonly KeyRecord[];
  times: Times;
  latePolicy: LatePolicy;
  /** Where its webhooks can be received; undefined if it would not call us. */
  receiver: WebhookReceiver | undefined;
  isEmbedded: boolean;
  /** Ends what was started for it. */
  close(): Promise<void>;
}

/**
 * @param newKeys the keys of a gateway of our own
 * @throws CannotRun if the options do not name one gateway, or it can not be started
 */
export async function openTarget(
  options: TargetOptions,
  newKeys: () => KeyRecord[],
  { latePolicy = 'void', receiver, env = {} }: OwnSetup = {},
): Promise<Target> {
  const { url, keys: keyFile, embedded, gateway: main } = options;
  if (embedded) {
    if (url || keyFile) {
      throw new CannotRun('--embedded brings its own gateway and keys: leave --url and --keys out');
    }
    const keys = newKeys();
    const times = timesFrom(options.times, 'short');
    const own = await EmbeddedGateway.start({
      ...{ keys, main, trusted: receiver?.ca },
      env: {
        ...environmentOf(times),
        ...(receiver && webhookEnvironment(receiver)),
        LATE_RESULT_POLICY: latePolicy,
        ...env,
      },
    });
    const close = () => own.stop();
    return { urls: [own.url], keys, times, latePolicy, receiver, isEmbedded: true, close };
  }
  if (!url || !keyFile) throw new CannotRun('Name a gateway by --url and --keys, or use --embedded');
  return {
    urls: url.map(normalized),
    keys: readKeyFile(keyFile),
    times: timesFrom(options.times, 'usual'),
    latePolicy: options.latePolicy ?? 'void',
    receiver: undefined,
    isEmbedded: false,
    close: () => Promise.resolve(),
  };
}

/** A URL of a gateway as it is connected to: `/v1` may be left out, and http stands for ws. */
function normalized(text: string): string {
  if (!URL.canParse(text)) throw new CannotRun('--url must be a URL such as ws://127.0.0.1:8080');
  const url = new URL(text);
  url.protocol = url.protocol.replace(/^http/, 'ws');
  if (!/^wss?:$/.test(url.protocol)) throw new CannotRun('--url must begin with ws:// or wss://');
  if (url.pathname === '/') url.pathname = '/v1';
  return url.href;
}

/** Where the HTTP API of the gateway behind a WebSocket URL is. */
export function httpOrigin(webSocketUrl: string): string {
  return new URL(webSocketUrl.replace(/^ws/, 'http')).origin;
}
