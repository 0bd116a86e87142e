import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import type { Setting } from './setting.js';
import { SETTINGS, type Settings } from './settings.js';

/** The configuration of one instance: validated, complete, frozen. */
export type Config = Readonly<Omit<Settings, 'instanceId' | 'redisKeyPrefix'>> & {
  readonly instanceId: string;
  readonly redisKeyPrefix: string;
  /**
   * `instanceId` and a random part, new at every start: an instance restarted under its old name must not be taken for
   * the owner of the sockets it lost.
   */
  readonly incarnation: string;
};

/** The name of an instance out of its incarnation. */
export function instanceIdOf(incarnation: string): string {
  return incarnation.slice(0, incarnation.lastIndexOf('~'));
}

/** Everything that is wrong with the environment, by name and never with a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: string[]) {
    super(`Invalid configuration:\n${problems.map((line) => `  - ${line}`).join('\n')}`);
  }
}

/**
 * Reads and checks the environment once, at the start.
 * @throws ConfigError with every problem at once
 */
export function loadConfig(env: Record<string, string | undefined>): Config {
  const problems: string[] = [];
  const values = Object.entries(SETTINGS).map(([key, setting]) => [key, readSetting(setting, env, problems)]);
  const settings = Object.fromEntries(values) as Settings;
  if (problems.length === 0) {
    problems.push(...crossChecks(settings), ...unreadableFiles(settings));
  }
  if (problems.length > 0) {
    throw new ConfigError(problems);
  }
  const instanceId = settings.instanceId ?? `gw-${randomBytes(4).toString('hex')}`;
  return Object.freeze({
    ...settings,
    instanceId,
    incarnation: `${instanceId}~${randomBytes(4).toString('hex')}`,
    redisKeyPrefix: settings.redisKeyPrefix ?? 'tg',
  });
}

function readSetting(
  setting: Setting<unknown>,
  env: Record<string, string | undefined>,
  problems: string[],
): unknown {
  const text = env[setting.name]?.trim();
  if (text === undefined || text === '') {
    return setting.default;
  }
  try {
    return setting.parse(text);
  } catch (error) {
    problems.push(`${setting.name} must be ${(error as Error).message}`);
    return setting.default;
  }
}

/** Whether something holds of the settings together, and what is wrong then. */
type Rule = [broken: boolean, problem: string];

function crossChecks(s: Settings): string[] {
  const rules: Rule[] = [
    ...storeRules(s),
    [
      s.heartbeatTimeoutMs <= s.heartbeatIntervalMs,
      'HEARTBEAT_TIMEOUT_MS must be above HEARTBEAT_INTERVAL_MS',
    ],
    [
      s.httpRequestTimeoutMs < s.httpHeadersTimeoutMs,
      'HTTP_REQUEST_TIMEOUT_MS must not be below HTTP_HEADERS_TIMEOUT_MS',
    ],
    [Boolean(s.tlsCertFile) !== Boolean(s.tlsKeyFile), 'TLS_CERT_FILE and TLS_KEY_FILE must be set together'],
  ];
  return rules.filter(([broken]) => broken).map(([, problem]) => problem);
}

function storeRules(s: Settings): Rule[] {
  const [hasUrl, hasCluster, hasSentinels] = [
    s.redisUrl !== undefined,
    s.redisClusterNodes.length > 0,
    s.redisSentinels.length > 0,
  ];
  const stores = [hasUrl, hasCluster, hasSentinels].filter(Boolean).length;
  const urlSaysWho = hasUrl && /^rediss?:\/\/[^/]*@/.test(s.redisUrl!);
  return [
    [stores > 1, 'REDIS_URL, REDIS_CLUSTER_NODES and REDIS_SENTINELS exclude one another'],
    [hasSentinels && !s.redisSentinelName, 'REDIS_SENTINEL_NAME must be set with REDIS_SENTINELS'],
    [s.redisPassword !== undefined && stores === 0, 'REDIS_PASSWORD must be set with a Redis to use it at'],
    [s.redisPassword !== undefined && urlSaysWho, 'REDIS_PASSWORD and one in REDIS_URL exclude each other'],
    [Boolean(s.redisUsername) && !s.redisPassword, 'REDIS_USERNAME must be set with REDIS_PASSWORD'],
    [
      s.redisSentinelPassword !== undefined && !hasSentinels,
      'REDIS_SENTINEL_PASSWORD must be set with REDIS_SENTINELS',
    ],
    [
      Boolean(s.redisSentinelUsername) && !s.redisSentinelPassword,
      'REDIS_SENTINEL_USERNAME must be set with REDIS_SENTINEL_PASSWORD',
    ],
    [
      s.redisTls === 'on' && !hasCluster && !hasSentinels,
      'REDIS_TLS must be set with REDIS_CLUSTER_NODES or REDIS_SENTINELS; REDIS_URL says it with rediss://',
    ],
  ];
}

function unreadableFiles(s: Settings): string[] {
  const files = [SETTINGS.apiKeysFile, SETTINGS.tlsCertFile, SETTINGS.tlsKeyFile, SETTINGS.webhookCaFile];
  const paths = [s.apiKeysFile, s.tlsCertFile, s.tlsKeyFile, s.webhookCaFile];
  return files.filter((_, i) => !isReadable(paths[i])).map(({ name }) => `${name} must name a readable file`);
}

function isReadable(path: string | undefined): boolean {
  if (path === undefined) {
    return true;
  }
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
