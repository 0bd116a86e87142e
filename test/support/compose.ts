import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { PROJECT_FOLDER, Program } from './programs.js';

export interface ComposeService {
  image: string;
  user?: string;
  entrypoint?: string[];
  command?: string[];
  environment?: Record<string, string | null>;
  volumes?: string[];
  profiles?: string[];
  depends_on?: Record<string, { condition: string; required?: boolean }>;
  networks?: string[] | Record<string, { aliases?: string[]; ipv4_address?: string } | null>;
  ports?: string[];
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
}

export interface ComposeFile {
  services: Record<string, ComposeService>;
  networks: Record<string, { internal?: boolean; ipam?: { config: { subnet: string }[] } } | null>;
  volumes: Record<string, unknown>;
}

/** docker-compose.yml as an operator gets it who has set these variables and no others. */
export async function readComposeFile(variables: Record<string, string> = {}): Promise<ComposeFile> {
  const text = await readFile(join(PROJECT_FOLDER, 'docker-compose.yml'), 'utf8');
  const interpolated = text.replace(
    /\$\{(\w+):-([^}]*)\}/g,
    (_, name: string, fallback: string) => variables[name] ?? fallback,
  );
  return parse(interpolated, { merge: true, maxAliasCount: -1 }) as ComposeFile;
}

export function serviceOf({ services }: ComposeFile, name: string): ComposeService {
  const found = services[name];
  if (!found) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

/** Source and target of each mount; a source is a path or the name of a volume. */
export function mountsOf({ volumes = [] }: ComposeService): { source: string; target: string }[] {
  return volumes.map((volume) => {
    const [source = '', target = ''] = volume.split(':');
    return { source, target };
  });
}

/** Names of the networks that a service is in. */
export function networksOf({ networks = [] }: ComposeService): string[] {
  return Array.isArray(networks) ? networks : Object.keys(networks);
}

/** The fixed address of a service, undefined if it has none. */
export function addressOf({ networks = [] }: ComposeService): string | undefined {
  const all = Array.isArray(networks) ? [] : Object.values(networks);
  return all.map((network) => network?.ipv4_address).find(Boolean);
}

export const isPath = (source: string) => /^[./]/.test(source);

/** What differs between a container and a process on this machine. */
export interface Adaptation {
  /** Where named volumes lie. */
  folder: string;
  /** `host:port` in the compose network → `host:port` here. */
  addresses: Record<string, string>;
}

/**
 * Starts a service of the compose file as a plain process: the same command and environment, with mounted paths and
 * network addresses replaced. `args` and `env` are added for what only this machine needs, such as a free port.
 */
export function startService(
  service: ComposeService,
  adaptation: Adaptation,
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {},
): Program {
  const here = (text: string) => translate(text, service, adaptation);
  const given = Object.entries(service.environment ?? {}).flatMap(([name, value]) =>
    value === null ? [] : [[name, here(value)]],
  );
  const [file = '', ...rest] = [...(service.entrypoint ?? []), ...(service.command ?? [])].map(here);
  return new Program([file, ...rest, ...args], {
    ...(Object.fromEntries(given) as Record<string, string>),
    ...env,
  });
}

/** The command of a health check, to be run here. */
export function healthcheckOf(
  service: ComposeService,
  replace: Record<string, string>,
): [string, ...string[]] {
  const [kind, ...rest] = service.healthcheck?.test ?? [];
  if (kind !== 'CMD-SHELL') throw new Error('only health checks of the kind CMD-SHELL are understood');
  return ['sh', '-c', replaceAll(rest.join(' '), replace)];
}

function translate(text: string, service: ComposeService, { folder, addresses }: Adaptation): string {
  for (const { source, target } of mountsOf(service)) {
    const here = isPath(source) ? resolve(PROJECT_FOLDER, source) : join(folder, source);
    if (text === target || text.startsWith(`${target}/`)) return here + text.slice(target.length);
  }
  return replaceAll(text, addresses);
}

function replaceAll(text: string, replacements: Record<string, string>): string {
  return Object.entries(replacements).reduce((result, [from, to]) => result.replaceAll(from, to), text);
}
