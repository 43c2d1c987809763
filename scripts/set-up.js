import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfNeeded } from './compile.js';

/** The folder that holds package.json. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Oldest Node that the dependencies run on; `engines` in package.json says the same. */
const oldestNode = [20, 19];

/**
 * Makes a bare checkout ready to run: dependencies, build, and the `opentrail` command for npx. Does only what is
 * missing or out of date, so that it may stand in front of every command. Needs nothing but Node and npm; says what it
 * does on standard error, because standard output belongs to the command that follows.
 */
export function setUp() {
  checkNode();
  installIfNeeded();
  buildIfNeeded(root);
  linkCommand();
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  stop(`opentrail needs Node ${oldestNode.join('.')} or newer; this is Node ${process.versions.node}`);
}

export function installIfNeeded() {
  if (isInstalled()) return;
  console.error('opentrail: installing dependencies (npm ci), about a minute the first time …');
  const npm = process.env.npm_execpath;
  const [command, ...first] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  // Install scripts are left out: every native dependency comes prebuilt, and a stranger's script has no business here.
  const flags = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = spawnSync(command, [...first, ...flags], { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.status !== 0) stop('npm ci failed (its words are above); is the package registry reachable?');
}

/**
 * Compares versions, not times: a checkout or a copy gives files any time it likes. npm keeps what is really installed
 * in `node_modules/.package-lock.json`; packages for other platforms stand only in the lock file, as optional.
 */
function isInstalled() {
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(installedFile);
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || installed[path]?.version === entry.version,
  );
}

/** @returns {Record<string, { version?: string, optional?: boolean }>} */
function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}

/** npx finds commands in node_modules/.bin; npm itself links only those of dependencies. */
export function linkCommand() {
  const command = join(root, 'bin', 'opentrail.js');
  if (process.platform === 'win32' || !existsSync(command)) return;
  const link = join(root, 'node_modules', '.bin', 'opentrail');
  if (existsSync(link)) return;
  chmodSync(command, 0o755);
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true }); // a link that leads nowhere does not "exist", but is in the way
  symlinkSync(join('..', '..', 'bin', 'opentrail.js'), link);
}

/** @returns {never} */
function stop(message) {
  console.error(`opentrail: ${message}`);
  process.exit(1);
}
