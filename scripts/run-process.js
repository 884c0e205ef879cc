// Starting other programs from the scripts of this folder. Node built-ins only: these scripts run
// before anything is installed.
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the repository, without a slash at its end. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** True when `url`, the import.meta.url of a script, is what node was started with. */
function isMain(url) {
  const started = process.argv[1];
  if (started === undefined) return false;
  try {
    return realpathSync(started) === fileURLToPath(url);
  } catch {
    return false;
  }
}

/** An error whose message is all that the person at the terminal needs: no stack is printed. */
export class Stop extends Error {}

/** Runs `main` with the words of the command line when the script at `url` is what node started. */
export async function runMain(url, main) {
  if (!isMain(url)) return;
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Stop ? error.message : error);
    process.exitCode = 1;
  }
}

/**
 * Runs a program in the repository and waits for it. Its output goes to ours, or with
 * `capture: true` into `out` (standard output) and `err`. Standard input is empty, so that nothing
 * waits for a person. Resolves to {exit, out, err}; a program that is not there gives exit 127, one
 * that a signal or `timeoutMs` ended gives 128.
 */
export function run(command, words, options = {}) {
  const { capture = false, env = process.env, cwd = ROOT, timeoutMs } = options;
  const output = capture ? 'pipe' : 'inherit';
  return new Promise((resolve) => {
    const child = spawn(command, words, {
      cwd,
      env,
      stdio: ['ignore', output, output],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    const out = [];
    const err = [];
    child.stdout?.on('data', (chunk) => out.push(chunk));
    child.stderr?.on('data', (chunk) => err.push(chunk));
    child.once('error', (error) => resolve({ exit: 127, out: '', err: error.message }));
    child.once('close', (exit) => {
      const texts = { out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
      resolve({ exit: exit ?? 128, ...texts });
    });
  });
}

/** A program of an installed package, such as `vitest`, run by its own script. */
export function runInstalled(name, words, options = {}) {
  return run(`${ROOT}/node_modules/.bin/${name}`, words, options);
}
