// What is installed: pinned, explained, licensed, and without code of its own at the installation.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_FOLDER } from '../support/programs.js';

interface Manifest {
  workspaces?: string[];
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  allowScripts?: Record<string, boolean>;
}

interface LockedPackage {
  version: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  dev?: boolean;
  /** Built for one platform; others do without. */
  optional?: boolean;
  license?: string;
  hasInstallScript?: boolean;
}

/** May be used together with MIT, by anybody, for anything. */
const LICENSES = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'Unlicense'];
const MIT_TEXT = /Permission is hereby granted, free of charge, to any person obtaining a copy/;

const read = (path: string) => readFileSync(join(PROJECT_FOLDER, path), 'utf8');
const manifestOf = (folder: string) => JSON.parse(read(join(folder, 'package.json'))) as Manifest;
const root = manifestOf('.');
const manifests = ['.', ...root.workspaces!].map((folder) => ({ folder, ...manifestOf(folder) }));
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> };
const locked = Object.entries(lock.packages)
  .filter(([path, { link }]) => path.includes('node_modules/') && !link)
  .map(([path, one]) => ({ path, name: path.slice(path.lastIndexOf('node_modules/') + 13), ...one }));
const production = locked.filter(({ dev }) => !dev);

describe('package.json', () => {
  it.each(manifests)(
    '$folder names exact versions',
    ({ dependencies, optionalDependencies, devDependencies }) => {
      const all = Object.entries({ ...dependencies, ...optionalDependencies, ...devDependencies });
      expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    },
  );

  it('denies or allows the install script of each package that has one, and of no other', () => {
    const scripted = locked.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
    expect(Object.keys(root.allowScripts!).sort()).toEqual([...new Set(scripted)].sort());
    expect(read('.npmrc')).toMatch(/^strict-allow-scripts=true$/m);
  });
});

describe('package-lock.json', () => {
  it('knows the hash of every package that no platform can do without, and no address of a registry', () => {
    const unknown = locked.filter(
      ({ integrity, optional }) => !optional && !integrity?.startsWith('sha512-'),
    );
    expect(unknown.map(({ path }) => path)).toEqual([]);
    expect(locked.filter(({ resolved }) => resolved !== undefined).map(({ path }) => path)).toEqual([]);
  });

  it('brings nothing into production whose licence asks for more than to be named', () => {
    const strange = production.filter(({ license = '' }) => !LICENSES.includes(license));
    // Older packages do not say it where npm looks.
    const unsaid = strange.filter(({ path, license }) => license === undefined && !hasMitText(path));
    expect(unsaid.map(({ path }) => path)).toEqual([]);
    expect(strange.filter(({ license }) => license !== undefined).map(({ path }) => path)).toEqual([]);
  });
});

describe('docs/decisions.md', () => {
  const [, runs = '', builds = ''] =
    /## Dependencies\n(.*?)\nWhat builds and tests:(.*?)(?:\n## |$)/s.exec(read('docs/decisions.md')) ?? [];
  const namesIn = (text: string) =>
    [...text.matchAll(/^\| (`.*?) +\| (.*\S) +\|$/gm)].flatMap(([, names]) =>
      names!.split(', ').map((name) => name.replaceAll('`', '')),
    );
  const named = (kind: 'dependencies' | 'devDependencies') =>
    [...new Set(manifests.flatMap((manifest) => Object.keys(manifest[kind] ?? {})))].sort();

  it('gives a reason for everything that runs in production', () => {
    expect(namesIn(runs).sort()).toEqual(named('dependencies'));
  });

  it('gives a reason for everything that builds and tests', () => {
    expect(namesIn(builds).sort()).toEqual(named('devDependencies'));
  });
});

describe('npm run sbom', () => {
  it('writes CycloneDX that names every package of production, with its hash, licence and place in the tree', () => {
    const text = execFileSync('npm', ['run', '--silent', 'sbom'], {
      cwd: PROJECT_FOLDER,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const sbom = JSON.parse(text);
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1 });
    expect(sbom.serialNumber).toMatch(/^urn:uuid:[\da-f-]{36}$/);
    const components: any[] = sbom.components;
    const listed = new Set(components.map(({ purl }) => decodeURIComponent(purl as string)));
    const expected = production.map(({ name, version }) => `pkg:npm/${name}@${version}`);
    expect(expected.filter((purl) => !listed.has(purl))).toEqual([]);
    expect([...listed].filter((purl) => purl.startsWith('pkg:npm/vitest@'))).toEqual([]);
    const sure = new Set(
      production.filter(({ integrity }) => integrity).map(({ name, version }) => `${name}@${version}`),
    );
    const unhashed = components.filter(
      (one) => sure.has(one['bom-ref']) && one.hashes?.[0]?.content.length !== 128,
    );
    expect(unhashed).toEqual([]);
    const refs = [sbom.metadata.component, ...components].map((component) => component['bom-ref'] as string);
    expect(new Set(refs).size).toBe(refs.length);
    const used: string[] = sbom.dependencies.flatMap(({ ref, dependsOn }: any) => [ref, ...dependsOn]);
    expect(used.filter((ref) => !refs.includes(ref))).toEqual([]);
  });
});

function hasMitText(path: string): boolean {
  const file = join(PROJECT_FOLDER, path, 'LICENSE');
  return existsSync(file) && MIT_TEXT.test(readFileSync(file, 'utf8'));
}
