import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Where the loader of programs is, of the two architectures and the two C libraries. */
const LOADERS: Readonly<Record<string, readonly string[]>> = {
  x64: ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-musl-x86_64.so.1'],
  arm64: ['/lib/ld-linux-aarch64.so.1', '/lib/ld-musl-aarch64.so.1'],
};

/**
 * The shared libraries that this very process has mapped, under every name that their folder has
 * for them, and the loader: what another process of the same binary needs to start, and no more.
 */
export function librariesOfThisNode(architecture: string = process.arch): readonly string[] {
  const mapped = mappedLibraries(readFileSync('/proc/self/maps', 'utf8'));
  const loaders = (LOADERS[architecture] ?? []).filter((path) => existsSync(path));
  return [...loaders, ...namesOf(mapped)];
}

/** Paths of shared libraries that hold code, from the text of a `maps` file. */
export function mappedLibraries(maps: string): readonly string[] {
  const paths = maps.split('\n').flatMap((line) => {
    if (!line.includes('.so')) return [];
    const found = /^\S+ r-xp \S+ \S+ \d+ +(\/.+\.so(?:\.[\d.]+)?)$/.exec(line);
    return found?.[1] === undefined ? [] : [found[1]];
  });
  return [...new Set(paths)];
}

/**
 * `libstdc++.so.6.0.30` is looked for as `libstdc++.so.6`, a link beside it. A folder of libraries
 * holds thousands of names and is read once for all that are in it.
 */
function namesOf(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.map(dirname))].flatMap((folder) => {
    const names = readdirSync(folder).filter((name) => name.includes('.so'));
    return paths
      .filter((path) => dirname(path) === folder)
      .flatMap((path) => namesAmong(names, path));
  });
}

function namesAmong(names: readonly string[], path: string): readonly string[] {
  const stem = basename(path).replace(/\.so.*$/, '.so');
  return names
    .filter((name) => name.startsWith(stem))
    .map((name) => join(dirname(path), name))
    .filter((name) => existsSync(name) && realpathSync(name) === path);
}
