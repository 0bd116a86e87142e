// @ts-check
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/** Programs that were taken out of a package. */
const TAKEN = resolve(import.meta.dirname, '../node_modules/.cache/terminal-gateway');

/**
 * Path of a program the tests need. A missing one is installed where that can be done without asking (root on
 * Debian or Ubuntu); everywhere else the error says what to install.
 *
 * @param {string} name
 * @param {string} aptPackage
 * @returns {string}
 */
export function ensureProgram(name, aptPackage) {
  const found = findOnPath(name);
  if (found !== undefined) return found;
  demandInstallable(name, aptPackage);
  console.log(`${name} is not on the PATH: installing the package ${aptPackage} with apt-get`);
  apt('update', '-q');
  apt('install', '-q', '-y', '--no-install-recommends', aptPackage);
  stopService(aptPackage);
  const installed = findOnPath(name);
  if (installed === undefined) throw new Error(`The package ${aptPackage} did not bring ${name}`);
  return installed;
}

/**
 * Path of promtool. Where it is missing it is taken out of the package that has it, without installing that: it would bring a
 * server, with a service that starts.
 *
 * @returns {string}
 */
export function ensurePromtool() {
  const taken = join(TAKEN, 'promtool');
  const found = findOnPath('promtool') ?? (isExecutable(taken) ? taken : undefined);
  if (found !== undefined) return found;
  demandInstallable('promtool', 'prometheus');
  console.log('promtool is not on the PATH: taking it out of the package prometheus');
  apt('update', '-q');
  takeOut('prometheus', 'usr/bin/promtool', taken);
  return taken;
}

/**
 * @param {string} aptPackage
 * @param {string} path of a file in the package
 * @param {string} target
 */
function takeOut(aptPackage, path, target) {
  const folder = mkdtempSync(join(tmpdir(), 'terminal-gateway-package-'));
  try {
    runOrThrow('apt-get', ['download', '-q', aptPackage], folder);
    const [file] = readdirSync(folder);
    runOrThrow('dpkg-deb', ['--extract', join(folder, String(file)), join(folder, 'all')], folder);
    mkdirSync(TAKEN, { recursive: true });
    // Somebody else may look for it at the same time: it appears whole or not at all.
    const scratch = `${target}.${process.pid}`;
    copyFileSync(join(folder, 'all', path), scratch);
    renameSync(scratch, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} name
 * @param {string} aptPackage
 */
function demandInstallable(name, aptPackage) {
  if (mayInstall()) return;
  throw new Error(
    `${name} is not on the PATH. Install it, on Debian or Ubuntu: apt-get install ${aptPackage}`,
  );
}

/**
 * @param {string} name
 * @returns {string | undefined}
 */
export function findOnPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function mayInstall() {
  if (process.getuid?.() !== 0 || !existsSync('/etc/os-release')) return false;
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** @param {string[]} args */
function apt(...args) {
  runOrThrow('apt-get', args);
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {string} [cwd]
 */
function runOrThrow(program, args, cwd) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', env, ...(cwd && { cwd }) });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed`, { cause: error });
}

/**
 * Debian starts the service of a package it installs. The tests start servers of their own.
 *
 * @param {string} service
 */
function stopService(service) {
  const hasSystemd = existsSync('/run/systemd/system');
  if (hasSystemd) spawnSync('systemctl', ['disable', '--now', service], { stdio: 'ignore' });
  else spawnSync('service', [service, 'stop'], { stdio: 'ignore' });
}
