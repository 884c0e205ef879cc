import type { Binaries } from './binaries.ts';
import { setupError, USE_ANOTHER_DATABASE } from './failure.ts';
import { findProgram, lastLines, runProgram } from './program.ts';

/** As whom PostgreSQL runs, and how it is started so. */
export interface Identity {
  /** Words that stand before the program; each of them replaces itself by what follows. */
  readonly prefix: readonly string[];
  /** Who must own the data, where that is another user than ours. */
  readonly owner?: Owner;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The user `nobody` of all usual systems. PostgreSQL wants a user that has a name. */
const NOBODY = 65_534;
const PROBE_MS = 20_000;

/**
 * Finds a way to start PostgreSQL, which refuses to run as root. A root caller starts it in a user
 * namespace in which it is nobody: its files stay root's, and nothing else on the machine changes;
 * for the rest of the system it is still root, so this satisfies PostgreSQL and protects from
 * nothing. Where namespaces are forbidden it runs as the real user nobody; and where the data
 * belongs to another user, as that one, so that a start with sudo does not lock its owner out.
 * `setpriv` has the kernel stop it when we die. Each way is tried with `--version`, which also
 * shows whether its libraries load. Errors: STORE_SETUP where no way works.
 */
export async function findIdentity(binaries: Binaries, dataOwner?: Owner): Promise<Identity> {
  const isRoot = process.getuid?.() === 0;
  const failures: string[] = [];
  for (const identity of await candidates(isRoot, dataOwner)) {
    const words = [...identity.prefix, binaries.postgres, '--version'];
    const { exit, output } = await runProgram(words, PROBE_MS);
    if (exit === 0) return identity;
    failures.push(lastLines(output, 1));
  }
  const reasons = [...new Set(failures)].filter((text) => text !== '').join('; ');
  const who = isRoot ? ', neither as nobody in a namespace nor as the user nobody' : '';
  throw setupError(
    `The embedded database cannot be started here${who}${reasons === '' ? '' : `: ${reasons}`}`,
    isRoot ? `Start as an ordinary user, or: ${USE_ANOTHER_DATABASE}` : USE_ANOTHER_DATABASE,
  );
}

async function candidates(isRoot: boolean, dataOwner?: Owner): Promise<readonly Identity[]> {
  const [setpriv, unshare] = await Promise.all([findProgram('setpriv'), findProgram('unshare')]);
  const dieWithUs = setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'INT', '--'];
  const plain = { prefix: [] };
  if (!isRoot) return setpriv === undefined ? [plain] : [{ prefix: dieWithUs }, plain];
  const found: Identity[] = [];
  if (unshare !== undefined) {
    const map = [`--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
    const inNamespace = [unshare, '--user', ...map, '--'];
    found.push({ prefix: [...dieWithUs, ...inNamespace] }, { prefix: inNamespace });
  }
  if (setpriv !== undefined) {
    const asUser = (owner: Owner): Identity => {
      const change = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
      return { prefix: [setpriv, '--pdeathsig', 'INT', ...change, '--'], owner };
    };
    found.push(asUser({ uid: NOBODY, gid: NOBODY }));
    if (dataOwner !== undefined && dataOwner.uid !== 0) found.unshift(asUser(dataOwner));
  }
  return found;
}
