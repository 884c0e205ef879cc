import { lstat, lutimes, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { every, POSTGRES_LIMITS } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import { codeOf, setupError } from './failure.ts';
import { beginningOf, processPlace } from './process-table.ts';

/** A data folder that is ours until it is released, or until we die. */
export interface FolderLock {
  release(): Promise<void>;
}

const NAME = /^\.lock-(\d{1,9})$/;
const RELEASED = 'released';

interface Holder {
  readonly pid: number;
  readonly beginning: string;
  readonly place: string;
}

/**
 * Makes sure that one process at a time uses a data folder. The lock is a symbolic link whose
 * target says who holds it: making one is atomic on every file system, and it is never there
 * without its content. Each holder makes the link of the next number, which one process alone can
 * do, so a lock whose holder died is taken over without a moment in which two have it; the highest
 * number counts and is never removed. A process number counts only together with the time at which
 * that process began. A holder in another container or machine, whose processes we cannot see,
 * touches its link each second and is believed dead after POSTGRES_LIMITS.silenceMs.
 * Errors: DATA_DIR_TAKEN with the holder's pid; STORE_SETUP where the folder cannot be used.
 */
export async function lockFolder(
  folder: string,
  silenceMs: number = POSTGRES_LIMITS.silenceMs,
): Promise<FolderLock> {
  const [place, beginning] = await Promise.all([processPlace(), beginningOf(process.pid)]);
  const ours = `${process.pid},${beginning ?? 'unknown'},${place}`.replaceAll(' ', '_');
  for (let attempt = 0; attempt < POSTGRES_LIMITS.lockAttempts; attempt += 1) {
    const number = await highest(folder);
    if (number > 0) await refuseIfHeld(folder, { number, place, silenceMs });
    const path = lockPath(folder, number + 1);
    if (!(await makeLink(ours, path))) continue;
    // A list of names that was read while others took turns may have missed the highest.
    if ((await highest(folder)) !== number + 1) {
      await rm(path, { force: true });
      continue;
    }
    await removeBelow(folder, number + 1);
    return hold(folder, number + 1);
  }
  throw setupError(`${folder} could not be locked`, 'Try again.');
}

function hold(folder: string, number: number): FolderLock {
  const path = lockPath(folder, number);
  const stop = every(POSTGRES_LIMITS.heartbeatMs, () => {
    const now = new Date();
    // Where the folder is gone there is nothing left to hold.
    lutimes(path, now, now).catch(() => {});
  });
  return {
    release: async () => {
      stop();
      await makeLink(RELEASED, lockPath(folder, number + 1));
      await rm(path, { force: true });
    },
  };
}

function lockPath(folder: string, number: number): string {
  return join(folder, `.lock-${number}`);
}

async function highest(folder: string): Promise<number> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw unusable(folder, error);
  });
  return Math.max(0, ...names.map((name) => Number(NAME.exec(name)?.[1] ?? 0)));
}

/** False where another process was first. */
async function makeLink(content: string, path: string): Promise<boolean> {
  try {
    await symlink(content, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw unusable(dirname(path), error);
  }
}

function unusable(folder: string, cause: unknown): AppError {
  return setupError(
    `The data folder ${folder} cannot be used (${codeOf(cause) ?? 'unknown reason'})`,
    'Give the user that runs the server the right to write there, or set DATA_DIR.',
    cause,
  );
}

async function removeBelow(folder: string, number: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const found = NAME.exec(name)?.[1];
    if (found === undefined || Number(found) >= number) continue;
    await rm(join(folder, name), { force: true });
  }
}

interface Look {
  readonly number: number;
  readonly place: string;
  readonly silenceMs: number;
}

async function refuseIfHeld(folder: string, look: Look): Promise<void> {
  const { number, place, silenceMs } = look;
  const path = lockPath(folder, number);
  const text = await readlink(path).catch(() => RELEASED);
  const holder = holderOf(text);
  // What cannot be read was not written by us, and holds nothing.
  if (holder === undefined) return;
  const isHeld =
    holder.place === place
      ? (await beginningOf(holder.pid))?.replaceAll(' ', '_') === holder.beginning
      : await isTouched(path, silenceMs);
  if (!isHeld) return;
  const where = holder.place === place ? '' : ' of another machine or container';
  throw new AppError('DATA_DIR_TAKEN', {
    message: `The data folder ${folder} is in use by process ${holder.pid}${where}`,
    details: { pid: holder.pid },
    retryable: false,
  });
}

function holderOf(text: string): Holder | undefined {
  const [pid = '', beginning = '', place = ''] = text.split(',');
  if (!/^\d{1,10}$/.test(pid) || place === '') return undefined;
  return { pid: Number(pid), beginning, place };
}

/** Whether a holder that we cannot see gives a sign of life; needs no clock but our own. */
async function isTouched(path: string, silenceMs: number): Promise<boolean> {
  const first = await touchedAt(path);
  const turns = silenceMs / POSTGRES_LIMITS.heartbeatMs;
  for (let turn = 0; turn < turns; turn += 1) {
    await sleep(POSTGRES_LIMITS.heartbeatMs);
    const now = await touchedAt(path);
    // Gone: somebody else took it over, which the next attempt will see.
    if (now === undefined || first === undefined) return false;
    if (now !== first) return true;
  }
  return false;
}

async function touchedAt(path: string): Promise<number | undefined> {
  return await lstat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}
