// @ts-check
// `npm run sbom`: a CycloneDX list of everything that runs in production, out of the lock file, on standard output.
// npm's own `--omit dev` leaves out whatever something for development needs too: `ws`, for one. The lock file knows better.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const LOCK = new URL('../package-lock.json', import.meta.url);
/** Said of a package that lies in several places if it is so for one of them. */
const FOR_DEVELOPMENT = 'cdx:npm:package:development';
const LONGEST_BYTES = 64 * 1024 * 1024;

/**
 * @typedef {{ 'bom-ref': string; properties?: { name: string }[] }} Component
 * @typedef {{ ref: string; dependsOn: string[] }} Links
 */

const options = ['--sbom-format', 'cyclonedx', '--package-lock-only'];
const text = execFileSync('npm', ['sbom', ...options], {
  encoding: 'utf8',
  maxBuffer: LONGEST_BYTES,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const all = JSON.parse(text);
const production = productionRefs();
/** @type {Component[]} */
const components = all.components
  .filter((/** @type {Component} */ one) => production.has(one['bom-ref']))
  .map((/** @type {Component} */ { properties = [], ...one }) => ({
    ...one,
    properties: properties.filter(({ name }) => name !== FOR_DEVELOPMENT),
  }));
const kept = new Set([all.metadata.component, ...components].map((component) => component['bom-ref']));
const dependencies = all.dependencies
  .filter((/** @type {Links} */ { ref }) => kept.has(ref))
  .map((/** @type {Links} */ { ref, dependsOn }) => ({
    ref,
    dependsOn: dependsOn.filter((to) => kept.has(to)),
  }));
// npm names the project by its folder, wherever that lies.
const component = { ...all.metadata.component, type: 'application', name: 'terminal-gateway' };
const metadata = { ...all.metadata, component };
console.log(JSON.stringify({ ...all, metadata, components, dependencies }, null, 2));

/** `name@version` of what the lock file has for production, our own packages included. */
function productionRefs() {
  /** @type {{ packages: Record<string, { name?: string; version: string; dev?: boolean; link?: boolean }> }} */
  const { packages } = JSON.parse(readFileSync(LOCK, 'utf8'));
  const wanted = Object.entries(packages).filter(([, { dev, link }]) => !dev && !link);
  return new Set(
    wanted.map(([path, { name, version }]) => `${name ?? path.split('node_modules/').pop()}@${version}`),
  );
}
