// @ts-check
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

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
  if (!mayInstall()) {
    throw new Error(
      `${name} is not on the PATH. Install it, on Debian or Ubuntu: apt-get install ${aptPackage}`,
    );
  }
  console.log(`${name} is not on the PATH: installing the package ${aptPackage} with apt-get`);
  apt('update', '-q');
  apt('install', '-q', '-y', '--no-install-recommends', aptPackage);
  stopService(aptPackage);
  const installed = findOnPath(name);
  if (installed === undefined) throw new Error(`The package ${aptPackage} did not bring ${name}`);
  return installed;
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
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, error } = spawnSync('apt-get', args, { stdio: 'inherit', env });
  if (status !== 0) throw new Error(`apt-get ${args.join(' ')} failed`, { cause: error });
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
