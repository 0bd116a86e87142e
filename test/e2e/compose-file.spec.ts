// What docker-compose.yml, the Dockerfile and deploy/ promise, as far as it can be read. compose.spec.ts runs them.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../src/config/settings.js';
import { isPath, mountsOf, networksOf, readComposeFile, serviceOf } from '../support/compose.js';
import { PROJECT_FOLDER } from '../support/programs.js';

const GATEWAYS = ['gateway-1', 'gateway-2', 'gateway-3'];
const STORES = { standard: 'REDIS_URL', sentinel: 'REDIS_SENTINELS', cluster: 'REDIS_CLUSTER_NODES' };

const read = (path: string) => readFile(join(PROJECT_FOLDER, path), 'utf8');
const compose = await readComposeFile();
const dockerfile = await read('Dockerfile');
const redisConfig = await read('deploy/redis/redis.conf');
const haproxyConfig = await read('deploy/haproxy/haproxy.cfg');
const { keys } = JSON.parse(await read('deploy/api-keys.example.json')) as {
  keys: { id: string; key: string }[];
};

const service = (name: string) => serviceOf(compose, name);
const gatewayVariables = Object.keys(service('gateway-1').environment ?? {});
/** Of a profile, in the order of the file. */
const gatewaysOf = (profile: string) =>
  Object.values(compose.services).filter(
    ({ image, profiles }) => image.startsWith('terminal-gateway') && profiles?.includes(profile),
  );
const settingNames = Object.values(SETTINGS).map(({ name }) => name);
const instruction = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(dockerfile)?.[1];

describe('docker-compose.yml', () => {
  it.each(gatewayVariables)('sets %s, which the gateway knows', (name) => {
    expect(settingNames).toContain(name);
  });

  it.each(Object.entries(STORES))('has three gateways in the profile %s, told by %s', (profile, variable) => {
    const gateways = gatewaysOf(profile);
    const described = gateways.map(({ environment }) => environment);
    expect(described.map((environment) => environment?.INSTANCE_ID)).toEqual(GATEWAYS);
    const others = described.map((environment) => ({ ...environment, INSTANCE_ID: undefined }));
    expect(others).toEqual([others[0], others[0], others[0]]);
    const stores = Object.keys(others[0] ?? {}).filter((name) => Object.values(STORES).includes(name));
    expect(stores).toEqual([variable]);
  });

  it.each(Object.keys(STORES))('gives them the names in the profile %s that haproxy knows', (profile) => {
    const names = gatewaysOf(profile).map(
      ({ networks }) => (networks as Record<string, { aliases?: string[] }>).edge?.aliases,
    );
    expect(names).toEqual(GATEWAYS.map((name) => [name]));
  });

  it('starts nothing without a profile', () => {
    const without = Object.entries(compose.services).filter(([, { profiles }]) => !profiles?.length);
    expect(without.map(([name]) => name)).toEqual([]);
  });

  it.each(Object.entries(compose.services))('gives %s only what its profiles have, too', (_, one) => {
    const dependencies = Object.entries(one.depends_on ?? {}).filter(
      ([, { required }]) => required !== false,
    );
    for (const [name] of dependencies) {
      expect(service(name).profiles).toEqual(expect.arrayContaining(one.profiles ?? []));
    }
  });

  it('mounts only files that exist and volumes that are declared', () => {
    const sources = Object.values(compose.services).flatMap((one) =>
      mountsOf(one).map(({ source }) => source),
    );
    const missing = sources.filter((source) =>
      isPath(source) ? !existsSync(join(PROJECT_FOLDER, source)) : !(source in compose.volumes),
    );
    expect(missing).toEqual([]);
  });

  it('opens nothing but one port with TLS', () => {
    const ports = Object.entries(compose.services).flatMap(([name, one]) =>
      (one.ports ?? []).map((p) => [name, p]),
    );
    expect(ports).toEqual([
      ['gateway', '8443:8443'],
      ['haproxy', '8443:8443'],
    ]);
  });

  it('keeps Redis in a network without a way out', () => {
    const stores = Object.values(compose.services).filter(({ image }) => image.startsWith('redis:'));
    expect(stores.length).toBeGreaterThan(10);
    for (const store of stores) expect(networksOf(store)).toEqual(['store']);
    expect(networksOf(service('haproxy'))).not.toContain('store');
    expect(compose.networks.store?.internal).toBe(true);
  });

  it("believes X-Forwarded-For from the balancer's network alone", () => {
    const subnets = compose.networks.edge?.ipam?.config.map(({ subnet }) => subnet);
    expect(subnets).toEqual([service('gateway-1').environment?.TRUSTED_PROXIES]);
  });

  it.each(Object.entries(compose.services))('hardens %s', (_, one) => {
    expect(one).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  it('pins the images of others to a minor version', () => {
    const images = new Set(Object.values(compose.services).map(({ image }) => image));
    images.delete('terminal-gateway:local');
    expect(images).toEqual(new Set(['redis:7.4', 'haproxy:3.0']));
  });

  it('gives a gateway more time to stop than its drain takes', () => {
    const seconds = Number(/^(\d+)s$/.exec(service('gateway-1').stop_grace_period ?? '')?.[1]);
    expect(seconds * 1000).toBeGreaterThan(SETTINGS.drainTimeoutMs.default);
  });

  it('never lets Redis evict a payment', () => {
    expect(redisConfig).toMatch(/^maxmemory-policy noeviction$/m);
    expect(redisConfig).toMatch(/^appendonly yes\nappendfsync everysec$/m);
    const servers = Object.values(compose.services).filter((one) =>
      String(one.command).includes('redis.conf'),
    );
    expect(servers).toHaveLength(10);
  });
});

describe('Dockerfile', () => {
  it('is on Node 24 in every stage', () => {
    const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(new Set(images)).toEqual(new Set(['node:24-bookworm-slim']));
  });

  it('does not run as root, and stops on SIGTERM', () => {
    expect(instruction('USER')).toBe('node');
    expect(instruction('STOPSIGNAL')).toBe('SIGTERM');
    expect(instruction('ENV')).toBe('NODE_ENV=production');
  });

  it('starts node itself, which then gets the signals, and tells what it is made of', () => {
    expect(dockerfile).toMatch(/^CMD \["node", /m);
    for (const label of ['title', 'licenses', 'version', 'revision']) {
      expect(dockerfile).toContain(`org.opencontainers.image.${label}=`);
    }
  });

  it('runs what docker-compose.yml runs', () => {
    for (const name of GATEWAYS) expect(JSON.parse(instruction('CMD') ?? '')).toEqual(service(name).command);
  });
});

describe('deploy', () => {
  it('has example keys that nobody can take for real ones', () => {
    for (const { id, key } of keys) {
      expect(id).toMatch(/^dev-/);
      expect(key).toMatch(/^dev-only-/);
    }
  });

  it('lets an HTTP call wait for its payment', () => {
    const seconds = [...haproxyConfig.matchAll(/timeout (?:client|server) (\d+)s/g)].map(([, digits]) =>
      Number(digits),
    );
    expect(seconds).toHaveLength(2);
    expect(Math.min(...seconds) * 1000).toBeGreaterThan(SETTINGS.paymentWaitMs.default);
  });
});
