import type { Finding } from './finding.ts';

/** The parts of package.json that the rules read. */
export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The part of package-lock.json that the rules read. */
export interface LockFile {
  readonly packages: Readonly<
    Record<string, { readonly resolved?: string; readonly hasInstallScript?: boolean }>
  >;
}

const MANIFEST = 'package.json';
const LOCK = 'package-lock.json';
const DECISION = 'docs/decisions/0001-dependencies.md';

/** Versions that are not exact: what is tested is what runs. */
export function findInexactVersions(manifest: Manifest): readonly Finding[] {
  return dependenciesOf(manifest).flatMap(([name, version]) => {
    if (/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)) return [];
    const message = `${name} has the version ${version}; write one exact version`;
    return [{ path: MANIFEST, line: 1, rule: 'packages', message }];
  });
}

/** Dependencies without a line in the decision, and lines of dependencies that are gone. */
export function findUndecidedPackages(manifest: Manifest, decision: string): readonly Finding[] {
  const names = dependenciesOf(manifest).map(([name]) => name);
  const decided = [...decision.matchAll(/^\| `([^`]+)` \|/gm)].map((found) => found[1] ?? '');
  const missing = names
    .filter((name) => !decided.includes(name))
    .map((name) => `${name} has no line; say what it saves, pulls in, and who keeps it`);
  const stale = decided
    .filter((name) => !names.includes(name))
    .map((name) => `${name} is no dependency any more; remove its line`);
  return [...missing, ...stale].map((message) => {
    return { path: DECISION, line: 1, rule: 'packages', message };
  });
}

/**
 * Places in the lock file: a host in `resolved` would tie every clone to one registry. Packages
 * with an install script are named, because scripts never run here (.npmrc).
 */
export function findPlacesInLock(
  lock: LockFile,
  withScript: readonly string[],
): readonly Finding[] {
  return Object.entries(lock.packages).flatMap(([path, { resolved, hasInstallScript }]) => {
    const messages: string[] = [];
    if (resolved !== undefined) messages.push(`${path} names a host; remove "resolved"`);
    if (hasInstallScript === true && !withScript.includes(path.replace(/^.*node_modules\//, ''))) {
      messages.push(`${path} has an install script, which will not run; see whether it works`);
    }
    return messages.map((message) => ({ path: LOCK, line: 1, rule: 'packages', message }));
  });
}

function dependenciesOf(manifest: Manifest): readonly (readonly [string, string])[] {
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
}
