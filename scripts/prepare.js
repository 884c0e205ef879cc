// Makes a clone ready to run: Node's version, dependencies, build, pre-commit hook. Each step does
// nothing where it is done already. Node built-ins only: this runs before anything is installed.
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isCurrent } from './build-stamp.js';
import { ROOT, run, Stop } from './run-process.js';

const LOCK_WAIT_MS = 5 * 60_000;
const LOCK_POLL_MS = 200;

/**
 * Installs with `npm ci` when node_modules is missing or older than the lock file, builds when dist
 * is missing or older than src, and installs the pre-commit hook. Only one process does this at a
 * time; others wait. `quiet` prints nothing while all goes well; `needsBuild: false` leaves dist as
 * it is. Throws Stop where a step failed.
 */
export async function ensureReady({ quiet = false, needsBuild = true } = {}) {
  const say = quiet ? () => {} : console.log;
  const tooOld = whyNodeIsRefused(process.versions.node, requiredNode());
  if (tooOld !== undefined) throw new Stop(tooOld);
  await installHook();
  if (dependenciesAreCurrent() && (!needsBuild || isCurrent())) return;
  await whileLocked(async () => {
    if (!dependenciesAreCurrent()) await install(say);
    if (!needsBuild || isCurrent()) return;
    say('Building ...');
    const { build } = await import('./build.js');
    await build();
  });
}

/** Undefined when `version` is at least `required`; else what to tell. Both are like 20.19.0. */
export function whyNodeIsRefused(version, required) {
  const have = version.split('.').map(Number);
  const need = required.split('.').map(Number);
  for (let part = 0; part < need.length; part += 1) {
    if ((have[part] ?? 0) > need[part]) return undefined;
    if ((have[part] ?? 0) < need[part]) {
      return `Sluice needs Node.js ${required} or newer; this is ${version}. See https://nodejs.org.`;
    }
  }
  return undefined;
}

function requiredNode() {
  return readJson('package.json').engines.node.replace('>=', '');
}

/**
 * True when what is installed is what the lock file asks for. Compares the two lock files by
 * content: times say nothing after a checkout. Packages for other platforms are optional and may be
 * absent.
 */
export function dependenciesAreCurrent(wanted = readLock(), installed = readInstalled()) {
  if (installed === undefined) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const found = installed[path];
    if (found === undefined && entry.optional !== true) return false;
    if (found !== undefined && found.version !== entry.version) return false;
    if (found !== undefined && found.integrity !== entry.integrity) return false;
  }
  return true;
}

function readLock() {
  return readJson('package-lock.json').packages;
}

function readInstalled() {
  try {
    return readJson('node_modules/.package-lock.json').packages;
  } catch {
    // Absent, or half-written by an install that was stopped: both mean that we must install.
    return undefined;
  }
}

function readJson(path) {
  return JSON.parse(readFileSync(`${ROOT}/${path}`, 'utf8'));
}

/**
 * `npm ci`, which takes exactly what the lock file says. It refuses a lock file that leaves out
 * optional packages of other platforms, and a registry that lacks some of them makes such lock
 * files; then `npm install --no-save` installs the same versions, checks the same sums and writes
 * no lock file.
 */
async function install(say) {
  say('Installing dependencies (npm ci) ...');
  const first = await runNpm(['ci']);
  if (first.exit === 0) return;
  const isIncomplete = /\bEUSAGE\b/.test(first.err);
  const last = isIncomplete ? await runNpm(['install', '--no-save']) : first;
  if (last.exit !== 0) {
    throw new Stop(`${last.out}${last.err}\nnpm could not install the dependencies.`.trim());
  }
}

function runNpm(words) {
  const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'];
  const [command, allWords] = npm([...words, ...quietly]);
  return run(command, allWords, { capture: true, env: environmentForNpm() });
}

/** How to start npm: the one that started us, else the one on the path. */
export function npm(words) {
  const script = process.env.npm_execpath ?? '';
  return /npm-cli\.[cm]?js$/.test(script) ? [process.execPath, [script, ...words]] : ['npm', words];
}

/** npm keeps its cache at home; where that cannot be written, it goes into the repository's own. */
export function environmentForNpm(environment = process.env, home = homedir()) {
  // `npm test` hands its own cache folder down to us, whether it can be written or not.
  const folder = environment.npm_config_cache ?? `${home}/.npm`;
  if (canBeWritten(folder)) return environment;
  return { ...environment, npm_config_cache: `${ROOT}/.cache/npm` };
}

/** True when the folder, or the nearest one above it that exists, may be written. */
function canBeWritten(folder) {
  if (!existsSync(folder)) return folder !== dirname(folder) && canBeWritten(dirname(folder));
  try {
    accessSync(folder, constants.W_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

/** Git runs the hooks of .githooks; a folder that someone chose themselves is left alone. */
async function installHook() {
  if (!existsSync(`${ROOT}/.git`)) return;
  const known = await run('git', ['config', '--get', 'core.hooksPath'], { capture: true });
  // Exit 1: not set. Anything else: set already, no git here, or a checkout that is not ours.
  if (known.exit === 1) {
    await run('git', ['config', 'core.hooksPath', '.githooks'], { capture: true });
  }
}

async function whileLocked(work) {
  const lock = `${ROOT}/.cache/prepare.lock`;
  mkdirSync(`${ROOT}/.cache`, { recursive: true });
  for (let waited = 0; !takeLock(lock); waited += LOCK_POLL_MS) {
    if (waited >= LOCK_WAIT_MS) {
      throw new Stop(`Another process is preparing Sluice. If there is none, remove ${lock}.`);
    }
    await sleep(LOCK_POLL_MS);
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Creates the lock with our process id; takes over the lock of a process that has ended. */
function takeLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!isAlive(lock)) rmSync(lock, { force: true });
  return false;
}

function isAlive(lock) {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to someone else. Anything else: it ended, or the lock is gone.
    return error.code === 'EPERM';
  }
}
