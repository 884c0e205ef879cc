import { realpathSync } from 'node:fs';
import { isOpenToAll } from './jail/reads.ts';
import type { Launch, NoJail } from './launch.ts';
import { startProcess } from './start-process.ts';

/** The user and group nobody, as the jail has it. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** How a process is started without a jail, and what to tell the operator of it. */
export interface Lowered {
  readonly launch: Launch;
  readonly problem?: NoJail;
}

/**
 * A launch without a jail that has not the rights of root: as nobody, where the command and all
 * files can be reached by everybody, and this machine lets the server change the user. Else it
 * stays root, and `problem` says why. A server that is not root has nothing to give up. Starts the
 * command once, with `--version`, to see that it can.
 */
export async function asNobody(
  launch: Launch,
  files: readonly string[],
  isRoot: boolean = process.getuid?.() === 0,
): Promise<Lowered> {
  if (!isRoot) return { launch };
  const closed = [launch.command, ...files].find((path) => !canBeReached(path));
  if (closed !== undefined) return stayRoot(launch, `not every user can read ${closed}`);
  const lowered = { ...launch, user: NOBODY };
  if (await canStart(lowered)) return { launch: lowered };
  return stayRoot(launch, 'it cannot start a process as the user nobody');
}

function stayRoot(launch: Launch, why: string): Lowered {
  const remedy =
    'Run the server as a user of its own, or install bubblewrap; else install Node and the server' +
    ' where every user can read them, such as /usr or /opt.';
  return { launch, problem: { why, remedy } };
}

/** By the path that is given, and by the one behind its links. */
function canBeReached(path: string): boolean {
  try {
    return isOpenToAll(path) && isOpenToAll(realpathSync(path));
  } catch {
    // What is not there cannot be reached; whoever starts the process is told.
    return false;
  }
}

/** A container may lack the right to change the user, or may not know the user. */
async function canStart(launch: Launch): Promise<boolean> {
  try {
    const child = startProcess({ ...launch, args: ['--version'] });
    child.stdin?.on('error', () => {}).end();
    child.stdout?.resume();
    child.stderr?.resume();
    return await new Promise((resolve) => {
      child.once('error', () => resolve(false));
      child.once('exit', (code) => resolve(code === 0));
    });
  } catch {
    // No descriptors are left for it, or the user cannot be changed: it was not started.
    return false;
  }
}
