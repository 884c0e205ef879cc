import { join } from 'node:path';
import type { Advice } from './advice.ts';

/** The permission bits of a file, undefined where there is none or where they mean nothing. */
export type FileMode = (path: string) => number | undefined;

/** Threat: other people on the machine read the secrets in `.env` (CWE-732; claim G2.126). */
export function judgeFileMode(cwd: string, fileMode: FileMode): readonly Advice[] {
  const mode = fileMode(join(cwd, '.env'));
  if (mode === undefined || (mode & 0o077) === 0) return [];
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  const problem = {
    name: '.env',
    source: '.env',
    message: `.env can be used by other people on this machine (mode ${shown})`,
    remedy: 'Run chmod 600 .env.',
  };
  return [{ weight: 'warning', problem }];
}
