import { compileGlob, type Glob, globMatches } from './paths-glob.ts';

/**
 * What no setting opens, wherever it lies in the workspace: folders and files whose content other
 * tools run or trust (a hook written to `.git` is executed by the next commit), and private keys by
 * their usual names. The setting FILE_SECURITY_DENIED_PATTERNS adds to it (guide claims G1.038,
 * G1.041).
 */
const ALWAYS_DENIED: readonly string[] = [
  '.git',
  '.git/**',
  '.ssh/**',
  '.gnupg/**',
  '.aws/**',
  '.azure/**',
  '.docker/**',
  '.kube/**',
  '.git-credentials',
  '.netrc',
  '.npmrc',
  '.pypirc',
  '.pgpass',
  '.htpasswd',
  'id_rsa*',
  'id_dsa*',
  'id_ecdsa*',
  'id_ed25519*',
  '*.key',
  '*.p12',
  '*.pfx',
  '*.jks',
  '*.kdbx',
  '*.ppk',
];

/** True where a path relative to its folder is one of those denied. */
export type IsDenied = (relativePath: string) => boolean;

/**
 * Compiles the denied patterns once: those given and `ALWAYS_DENIED`. A pattern without `/` is
 * compared with the file's name, one with `/` with the end of its path; letter case never counts.
 * Errors: PATH_REFUSED for a pattern that is too long or has too many alternatives.
 */
export function deniedBy(patterns: readonly string[]): IsDenied {
  const names: Glob[] = [];
  const paths: Glob[] = [];
  for (const raw of [...ALWAYS_DENIED, ...patterns]) {
    const pattern = raw.trim().toLowerCase().replace(/^\/+/, '');
    if (pattern === '') continue;
    if (pattern.includes('/')) paths.push(compileGlob(`**/${pattern}`));
    else names.push(compileGlob(pattern));
  }
  return (relativePath) => {
    const lower = relativePath.toLowerCase();
    const name = lower.slice(lower.lastIndexOf('/') + 1);
    return (
      names.some((glob) => globMatches(glob, name)) ||
      paths.some((glob) => globMatches(glob, lower))
    );
  };
}
