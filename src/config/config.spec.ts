import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ConfigError } from './config.js';
import { loadConfig } from './config.js';
import type { Setting } from './setting.js';
import { SETTINGS } from './settings.js';

function problemsOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
}

describe('loadConfig', () => {
  it('has the documented defaults', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      port: 8080,
      host: '0.0.0.0',
      gracePeriodMs: 60_000,
      instanceLeaseMs: 10_000,
    });
    expect(config.instanceId).toMatch(/^gw-[0-9a-f]{8}$/);
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('treats an empty variable like an absent one', () => {
    expect(loadConfig({ PORT: '', REDIS_URL: ' ' })).toMatchObject({ port: 8080, redisUrl: undefined });
  });

  it('reports every problem at once, by name and without the value', () => {
    const problems = problemsOf({ PORT: 'hunter2', REDIS_URL: 'hunter2', LATE_RESULT_POLICY: 'hunter2' });
    expect(problems).toHaveLength(3);
    expect(problems.join('\n')).not.toContain('hunter2');
    expect(problems.map((line) => line.split(' ')[0])).toEqual(['PORT', 'REDIS_URL', 'LATE_RESULT_POLICY']);
  });

  it.each([
    [{ PORT: '65536' }, 'PORT'],
    [{ PORT: '-1' }, 'PORT'],
    [{ GRACE_PERIOD_MS: '1.5' }, 'GRACE_PERIOD_MS'],
    [{ TRUSTED_PROXIES: '10.0.0.0/8,somewhere' }, 'TRUSTED_PROXIES'],
    [{ TRUSTED_PROXIES: '10.0.0.0/33' }, 'TRUSTED_PROXIES'],
    [{ TRUSTED_PROXIES: '999.1.1.1/8' }, 'TRUSTED_PROXIES'],
    [{ TRUSTED_PROXIES: 'fd00::/129' }, 'TRUSTED_PROXIES'],
    [{ TRUSTED_PROXIES: '10.0.0.0/8/8' }, 'TRUSTED_PROXIES'],
    [{ SECRETS_KEY: 'c2hvcnQ=' }, 'SECRETS_KEY'],
    [{ REDIS_URL: 'redis://a', REDIS_CLUSTER_NODES: 'b:1' }, 'REDIS_URL'],
    [{ REDIS_SENTINELS: 'a:1' }, 'REDIS_SENTINEL_NAME'],
    [{ REDIS_PASSWORD: 'hunter2' }, 'REDIS_PASSWORD'],
    [{ REDIS_URL: 'redis://:one@a', REDIS_PASSWORD: 'two' }, 'REDIS_PASSWORD'],
    [{ REDIS_CLUSTER_NODES: 'a:1', REDIS_USERNAME: 'till' }, 'REDIS_USERNAME'],
    [{ REDIS_CLUSTER_NODES: 'a:1', REDIS_SENTINEL_PASSWORD: 'hunter2' }, 'REDIS_SENTINEL_PASSWORD'],
    [
      { REDIS_SENTINELS: 'a:1', REDIS_SENTINEL_NAME: 'm', REDIS_SENTINEL_USERNAME: 's' },
      'REDIS_SENTINEL_USERNAME',
    ],
    [{ REDIS_URL: 'redis://a', REDIS_TLS: 'on' }, 'REDIS_TLS'],
    [{ TLS_CERT_FILE: '/dev/null' }, 'TLS_CERT_FILE'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ OTEL_TRACES_SAMPLER_ARG: '1.5' }, 'OTEL_TRACES_SAMPLER_ARG'],
    [{ OTEL_TRACES_SAMPLER_ARG: 'half' }, 'OTEL_TRACES_SAMPLER_ARG'],
    [{ API_KEYS_FILE: '/nowhere/keys.json' }, 'API_KEYS_FILE'],
  ])('refuses %j', (env, name) => {
    expect(problemsOf(env as Record<string, string>)[0]).toContain(name);
  });

  it.each(['10.0.0.0/8', '::1', 'fd00::/8, 192.0.2.7', '::ffff:10.0.0.1/128'])('trusts %s', (proxies) => {
    expect(problemsOf({ TRUSTED_PROXIES: proxies })).toEqual([]);
  });

  it('gives every start of an instance its own incarnation', () => {
    const env = { INSTANCE_ID: 'gateway-1' };
    expect(loadConfig(env).incarnation).not.toBe(loadConfig(env).incarnation);
  });
});

describe('docs/configuration.md', () => {
  const table = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8').replaceAll(
    / {2,}/g,
    ' ',
  );

  it.each(Object.values(SETTINGS) as Setting<unknown>[])('documents $name as it is', (setting) => {
    expect(table).toContain(`| \`${setting.name}\` | ${shownDefault(setting)} | ${setting.doc} |`);
  });
});

function shownDefault({ shownDefault, default: value }: Setting<unknown>): string {
  if (shownDefault !== undefined) {
    return shownDefault;
  }
  return value === undefined || (Array.isArray(value) && value.length === 0)
    ? 'none'
    : `\`${value as string | number}\``;
}
