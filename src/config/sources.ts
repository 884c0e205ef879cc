import { join, resolve } from 'node:path';
import { parseDotenv } from './dotenv.ts';
import { isServiceLink, NAME_PREFIX, type Spelling, settingNames, spellings } from './names.ts';
import { type ReadFile, readText } from './read-file.ts';
import {
  EMPTY_SOURCE,
  type Given,
  givenTwice,
  type Named,
  type SettingsProblem,
  type Source,
  unknown,
  unreadable,
} from './source.ts';
import type { SettingName } from './table.ts';

interface Variable extends Named {
  readonly value: string;
}

/** What options of the command line set; they are named as settings are. */
export function overrideSource(overrides: Readonly<Partial<Record<SettingName, string>>>): Source {
  const given: Given[] = [];
  for (const setting of settingNames()) {
    const value = overrides[setting];
    if (value === undefined) continue;
    given.push({ setting, name: setting, source: 'command line', value, mayShow: true });
  }
  return { ...EMPTY_SOURCE, given };
}

/** The variables of the process. `cwd` is where relative paths of NAME_FILE variables begin. */
export function environmentSource(
  environment: Readonly<Record<string, string | undefined>>,
  cwd: string,
  readFile: ReadFile,
): Source {
  const variables: Variable[] = [];
  for (const name of Object.keys(environment).sort()) {
    const value = environment[name];
    if (value === undefined || isServiceLink(name, value)) continue;
    variables.push({ name, value, source: 'environment' });
  }
  return variablesSource(variables, [], (path) => readText(readFile, resolve(cwd, path)));
}

/** The file `.env` in the working directory; empty where there is none. */
export function dotenvSource(cwd: string, readFile: ReadFile): Source {
  const file = readText(readFile, join(cwd, '.env'));
  if (file === undefined) return EMPTY_SOURCE;
  if ('reason' in file) return unreadable('.env', file.reason);
  const { entries, problems } = parseDotenv(file.text);
  return variablesSource(
    entries.map(({ name, value, line }) => ({ name, value, source: `.env:${line}` })),
    problems.map((found) => ({ ...found, name: '.env', source: `.env:${found.line}` })),
    (path) => readText(readFile, resolve(cwd, path)),
  );
}

function variablesSource(
  variables: readonly Variable[],
  earlier: readonly SettingsProblem[],
  read: (path: string) => ReturnType<typeof readText>,
): Source {
  const known = spellings();
  const problems = [...earlier];
  const strangers: Named[] = [];
  const chosen = new Map<SettingName, Variable & Spelling>();
  for (const variable of variables) {
    const spelling = known.get(variable.name);
    if (spelling === undefined) {
      if (variable.name.startsWith(NAME_PREFIX)) problems.push(unknown(variable, known.keys()));
      else strangers.push({ name: variable.name, source: variable.source });
      continue;
    }
    // Compose files and unit files hand over empty variables for what is not set.
    if (variable.value.trim() === '') continue;
    const other = chosen.get(spelling.setting);
    if (other !== undefined && (other.name === variable.name || other.isFile !== spelling.isFile)) {
      problems.push(givenTwice(variable, other, spelling.setting));
    } else if (other === undefined || spelling.rank < other.rank) {
      chosen.set(spelling.setting, { ...variable, ...spelling });
    }
  }
  const given: Given[] = [];
  for (const variable of chosen.values()) {
    const found = variable.isFile ? fromFile(variable, read(variable.value)) : variable;
    if ('message' in found) problems.push(found);
    else given.push({ ...variable, value: found.value, mayShow: !variable.isFile });
  }
  return { ...EMPTY_SOURCE, given, problems, strangers };
}

/** The value that a NAME_FILE variable points to, without its last line break. */
function fromFile(
  variable: Variable & Spelling,
  read: ReturnType<typeof readText>,
): { readonly value: string } | SettingsProblem {
  const text = read !== undefined && 'text' in read ? read.text.replace(/\r?\n$/, '') : '';
  if (text.trim() !== '') return { value: text };
  const { name, source, setting } = variable;
  const failure = read !== undefined && 'reason' in read ? read.reason : 'is empty';
  const reason = read === undefined ? 'is not there' : failure;
  const remedy = 'Name a readable file that holds the value.';
  return { name, source, message: `the file that ${name} names ${reason}`, remedy, setting };
}
