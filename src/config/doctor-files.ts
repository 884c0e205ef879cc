import { join } from 'node:path';
import { type Checked, checkedBy, failed, passed, toLookAt } from './doctor-checked.ts';
import type { FileMode } from './judge-files.ts';
import { judgeFileMode } from './judge-files.ts';
import type { GatheredSettings } from './load.ts';
import { type ReadFile, readText } from './read-file.ts';

/** What the files around the server show: `.env`, what is shared, and what flows and code may. */
export function checkFiles(
  loaded: GatheredSettings,
  files: { readonly cwd: string; readonly readFile: ReadFile; readonly fileMode: FileMode },
) {
  return [
    checkMode(files.cwd, files.fileMode),
    checkIgnored(files.cwd, files.readFile),
    checkedBy('shared-files', loaded.exposed, 'no file that is made to be shared holds a secret'),
    checkFileGuard(loaded),
    checkPython(loaded),
    checkLog(loaded),
  ];
}

function checkMode(cwd: string, fileMode: FileMode): Checked<'env-mode'> {
  const wrong = judgeFileMode(cwd, fileMode).map(({ problem }) => problem);
  const isThere = fileMode(join(cwd, '.env')) !== undefined;
  const good = isThere ? 'only its owner can use .env' : 'there is no .env in this folder';
  return checkedBy('env-mode', wrong, good);
}

const IGNORES = /^\/?(?:\*\*\/)?(?:\.env\*?|\*\.env|\.env\.\*)\/?$/;

function checkIgnored(cwd: string, readFile: ReadFile): Checked<'env-ignored'> {
  const read = readText(readFile, join(cwd, '.gitignore'));
  if (read === undefined || !('text' in read)) {
    const remedy = 'Where the folder is under version control: git check-ignore .env names it.';
    return toLookAt('env-ignored', 'there is no .gitignore in this folder', remedy);
  }
  const lines = read.text.split(/\r?\n/).map((line) => line.trim());
  const isTaken = lines.some((line) => line === '!.env' || line === '!/.env');
  const isNamed = lines.some((line) => IGNORES.test(line) && !/\.\*$/.test(line));
  if (isNamed && !isTaken) return passed('env-ignored', '.gitignore names .env');
  return failed('env-ignored', '.gitignore does not name .env', 'Add the line .env to it.');
}

function checkFileGuard({ settings }: GatheredSettings): Checked<'file-guard'> {
  const { FILE_SECURITY_ALLOWED_DIRS: folders, FILE_SECURITY_DENIED_PATTERNS: denied } = settings;
  const wide = folders.find((folder) =>
    /^(?:\/|\/(?:etc|proc|sys|root|home|var))\/*$/.test(folder),
  );
  if (wide !== undefined) {
    const seen = `FILE_SECURITY_ALLOWED_DIRS has ${wide}, which holds much that is no flow’s matter`;
    return failed('file-guard', seen, 'Name the folders that flows need.');
  }
  if (denied.length === 0) {
    const seen = 'FILE_SECURITY_DENIED_PATTERNS is empty, so flows may read keys and .env files';
    return failed('file-guard', seen, 'Remove the setting: its default names them.');
  }
  const more = folders.length === 0 ? 'nothing else' : `${folders.length} named folders`;
  return passed('file-guard', `flows see their account’s folder and ${more}, but no secret files`);
}

function checkPython({ settings }: GatheredSettings): Checked<'python-levels'> {
  const { PYTHON_SECURITY_LEVEL: level, PYTHON_SECURITY_LEVEL_MAX: most } = settings;
  const seen = `code of a python node runs at the level ${level}, at most at ${most}`;
  if (level !== 'trusted') return passed('python-levels', seen);
  return failed('python-levels', seen, 'Set PYTHON_SECURITY_LEVEL=normal, or strict.');
}

function checkLog({ settings }: GatheredSettings): Checked<'log-content'> {
  const { LOG_LEVEL: level } = settings;
  const seen = `LOG_LEVEL=${level}; every line goes through the redactor`;
  if (level !== 'debug') return passed('log-content', seen);
  return toLookAt('log-content', seen, 'Set LOG_LEVEL=info: debug tells more than others need.');
}
