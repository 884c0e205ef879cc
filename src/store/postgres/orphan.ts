import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, setupError } from './failure.ts';
import { isAlive, wordsOf } from './process-table.ts';
import { STOP_STEPS } from './stop-steps.ts';

const LOOK_MS = 20;

/**
 * Ends a PostgreSQL that an earlier run of ours left behind on this data folder, and whose end we
 * could not wait for. Whoever calls holds the lock of the folder, so nobody else is using it. A
 * process that merely has the number of one that died is left alone. Errors: STORE_SETUP where it
 * does not end.
 */
export async function endOrphan(dataFolder: string): Promise<void> {
  const file = join(dataFolder, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw setupError(`${file} cannot be read`, 'Run as the user that made the folder.', error);
  });
  const pid = Number(text.split('\n', 1)[0]);
  if (!Number.isSafeInteger(pid) || pid <= 1) return;
  if (await isPostmasterOf(pid, dataFolder)) await end(pid, dataFolder);
  // PostgreSQL takes any process of this number for a living one of its own and refuses to start:
  // a stranger, or a dead one that its parent has not noticed. With our number, its parent's, it
  // goes on and still checks that no old backend uses the shared memory that the file names.
  if (!isAlive(pid)) return;
  const left = await readFile(file, 'utf8').catch(() => undefined);
  if (left !== undefined) await writeFile(file, left.replace(/^\d+/, String(process.pid)));
}

async function isPostmasterOf(pid: number, dataFolder: string): Promise<boolean> {
  const words = await wordsOf(pid);
  const [first = ''] = words;
  // Where `ps` gave one line instead of words, the folder stands somewhere in it.
  if (words.length === 1) return first.includes('postgres') && first.includes(dataFolder);
  return basename(first) === 'postgres' && words.includes(dataFolder);
}

async function end(pid: number, dataFolder: string): Promise<void> {
  for (const [signal, ms] of STOP_STEPS) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (codeOf(error) === 'ESRCH') return;
      const message = `PostgreSQL (process ${pid}) still runs on ${dataFolder}`;
      throw setupError(message, `End it: kill -INT ${pid}`, error);
    }
    for (let waited = 0; waited < ms; waited += LOOK_MS) {
      if (!(await isPostmasterOf(pid, dataFolder))) return;
      await sleep(LOOK_MS);
    }
  }
  throw setupError(`PostgreSQL (process ${pid}) does not end`, `End it: kill -9 ${pid}`);
}
