import type { Canary } from '../canary.ts';

const ERRNO_NAMES: Readonly<Record<string, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  3: 'ESRCH',
  9: 'EBADF',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  22: 'EINVAL',
  24: 'EMFILE',
  27: 'EFBIG',
  28: 'ENOSPC',
  30: 'EROFS',
  38: 'ENOSYS',
};

const NODE_ERRNO = /\b(ERR_ACCESS_DENIED|E(?:PERM|NOENT|ACCES|ROFS|NOSYS|BADF|SRCH|INVAL|MFILE))\b/;

/** The answer of the kernel, as Python or Node writes it; also that of Node's own permissions. */
export function errnoIn(told: string): string | undefined {
  const number = /\[Errno (\d+)\]/.exec(told)?.[1];
  if (number !== undefined) return ERRNO_NAMES[number] ?? `errno ${number}`;
  return NODE_ERRNO.exec(told)?.[1];
}

/** The text of a payload with the places of this run's canary in it. */
export function filled(text: string, { file, folder, port }: Canary): string {
  return text
    .replaceAll('@FILE@', file)
    .replaceAll('@FOLDER@', folder)
    .replaceAll('@PORT@', `${port}`)
    .replaceAll('@PID@', `${process.pid}`);
}
