import { resolve } from 'node:path';
import { SECRET_LIMITS } from '../base/index.ts';
import { type ConfigReport, checkConfig } from './check.ts';
import { generateDotenv, newAdminKey, type RandomText } from './generate.ts';
import type { FileMode } from './judge-files.ts';
import type { ProcessKind } from './judge-secrets.ts';
import type { LoadOptions } from './load.ts';
import type { WriteNewFile } from './write-file.ts';

export interface ConfigTaskOptions extends LoadOptions {
  readonly fileMode: FileMode;
  readonly writeNewFile: WriteNewFile;
  /** From the system's random source, such as crypto's `randomToken`. */
  readonly random: RandomText;
  /** Absent: nothing is said of what grows old. */
  now?(): number;
}

/** What `sluice config` does, for the command line and for `npm start`. */
export interface ConfigTasks {
  /**
   * Writes a new `.env` (or `out`, from the working directory) and gives its path. Errors:
   * FILE_EXISTS, FILE_NOT_WRITTEN.
   */
  generateConfig(request: { readonly out?: string }): { readonly path: string };
  /** The text that `generateConfig` would write; it holds secrets. */
  printConfig(): string;
  checkConfig(request: { readonly kind: ProcessKind }): ConfigReport;
}

/** The tasks of `sluice config`, on the files and the randomness that main.ts hands over. */
export function configTasks(options: ConfigTaskOptions): ConfigTasks {
  const { cwd, writeNewFile, random } = options;
  return {
    generateConfig: ({ out = '.env' }) => {
      const path = resolve(cwd, out);
      writeNewFile(path, generateDotenv(random));
      return { path };
    },
    printConfig: () => generateDotenv(random),
    checkConfig: ({ kind }) => {
      const now = options.now?.();
      return checkConfig({ ...rest(options), kind, ...(now === undefined ? {} : { now }) });
    },
  };
}

function rest({ cwd, environment, readFile, overrides, fileMode }: ConfigTaskOptions) {
  const given = { cwd, environment, readFile, fileMode };
  return overrides === undefined ? given : { ...given, overrides };
}

/**
 * New secrets, each of 32 random bytes: keys as ADMIN_API_KEYS takes them, or passwords in base64,
 * of 44 characters (claims G5.256, G5.257).
 */
export function newSecrets(
  random: RandomText,
  { kind, count }: { readonly kind: 'key' | 'password'; readonly count: number },
): readonly string[] {
  const password = () =>
    Buffer.from(random(SECRET_LIMITS.generatedBytes), 'hex').toString('base64');
  return Array.from({ length: count }, () => (kind === 'key' ? newAdminKey(random) : password()));
}
