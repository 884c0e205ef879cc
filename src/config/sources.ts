import { dirname, join, relative, resolve } from 'node:path';
import { SETTINGS_LIMITS, type Value } from '../base/index.ts';
import { parseDotenv } from './dotenv.ts';
import {
  isServiceLink,
  NAME_PREFIX,
  remedyForName,
  type Spelling,
  settingEntry,
  settingNames,
  spellings,
} from './names.ts';
import { type ReadFile, readText } from './read-file.ts';
import { parseSettingsYaml } from './settings-yaml.ts';
import { type SettingName, UNUSED_TUBES_KEYS } from './table.ts';

/** One thing wrong with the settings. */
export interface SettingsProblem {
  /** The variable or key as written; the file, where it is the file itself. */
  readonly name: string;
  /** `environment`, or the file and its line: `.env:3`. */
  readonly source: string;
  readonly message: string;
  readonly remedy: string;
}

/** A value that a source gives for a setting. */
export interface Given {
  readonly setting: SettingName;
  /** The variable or key as written. */
  readonly name: string;
  readonly source: string;
  readonly value: Value;
  /** False where the value came from a file of its own, which may hold anything. */
  readonly mayShow: boolean;
}

/** All values of one source, at most one for each setting, and what was wrong with the source. */
export interface Source {
  readonly given: readonly Given[];
  readonly problems: readonly SettingsProblem[];
  readonly warnings: readonly SettingsProblem[];
}

interface Named {
  readonly name: string;
  readonly source: string;
}

interface Variable extends Named {
  readonly value: string;
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
  if (file === undefined) return EMPTY;
  if ('reason' in file) return unreadable('.env', file.reason);
  const { entries, problems } = parseDotenv(file.text);
  return variablesSource(
    entries.map(({ name, value, line }) => ({ name, value, source: `.env:${line}` })),
    problems.map((found) => ({ ...found, name: '.env', source: `.env:${found.line}` })),
    (path) => readText(readFile, resolve(cwd, path)),
  );
}

/** The file sluice.yaml in the working directory: setting names in either letter case. */
export function sluiceYamlSource(cwd: string, readFile: ReadFile): Source {
  const file = 'sluice.yaml';
  const read = readText(readFile, join(cwd, file));
  if (read === undefined) return EMPTY;
  const names = new Map(settingNames().map((name) => [name as string, name]));
  return yamlSource(file, read, {
    find: (key) => {
      const name = key.toUpperCase();
      return names.get(name.startsWith(NAME_PREFIX) ? name.slice(NAME_PREFIX.length) : name);
    },
    known: [...names.keys()],
    unused: [],
  });
}

/** System 1's `.tubes.yaml`, in the working directory or the nearest of five folders above it. */
export function tubesYamlSource(cwd: string, readFile: ReadFile): Source {
  const names = new Map<string, SettingName>();
  for (const name of settingNames()) {
    const key = settingEntry(name).tubesKey;
    if (key !== undefined) names.set(key, name);
  }
  let folder = cwd;
  for (let climbed = 0; climbed <= SETTINGS_LIMITS.parentFolders; climbed += 1) {
    const path = join(folder, '.tubes.yaml');
    const read = readText(readFile, path);
    if (read !== undefined) {
      return yamlSource(relative(cwd, path), read, {
        find: (key) => names.get(key),
        known: [...names.keys(), ...UNUSED_TUBES_KEYS],
        unused: UNUSED_TUBES_KEYS,
      });
    }
    folder = dirname(folder);
  }
  return EMPTY;
}

const EMPTY: Source = { given: [], problems: [], warnings: [] };

function unreadable(file: string, reason: string): Source {
  const remedy = 'Mend the file, or remove it.';
  const problem = { name: file, source: file, message: `${file} ${reason}`, remedy };
  return { ...EMPTY, problems: [problem] };
}

function variablesSource(
  variables: readonly Variable[],
  earlier: readonly SettingsProblem[],
  read: (path: string) => ReturnType<typeof readText>,
): Source {
  const known = spellings();
  const problems = [...earlier];
  const chosen = new Map<SettingName, Variable & Spelling>();
  for (const variable of variables) {
    const spelling = known.get(variable.name);
    if (spelling === undefined) {
      if (variable.name.startsWith(NAME_PREFIX)) problems.push(unknown(variable, known.keys()));
      continue;
    }
    // Compose files and unit files hand over empty variables for what is not set.
    if (variable.value.trim() === '') continue;
    const other = chosen.get(spelling.setting);
    if (other !== undefined && (other.name === variable.name || other.isFile !== spelling.isFile)) {
      problems.push(givenTwice(variable, other));
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
  return { given, problems, warnings: [] };
}

function unknown(variable: Named, known: Iterable<string>): SettingsProblem {
  const { name, source } = variable;
  const remedy = remedyForName(name, known);
  return { name, source, message: `${name} is no setting`, remedy };
}

function givenTwice(variable: Named, other: Named): SettingsProblem {
  const { name, source } = variable;
  const message =
    other.name === name
      ? `${name} is given twice, first at ${other.source}`
      : `${name} and ${other.name} give the same setting`;
  return { name, source, message, remedy: 'Keep one of the two.' };
}

/** The value that a NAME_FILE variable points to, without its last line break. */
function fromFile(
  variable: Variable,
  read: ReturnType<typeof readText>,
): { readonly value: string } | SettingsProblem {
  const text = read !== undefined && 'text' in read ? read.text.replace(/\r?\n$/, '') : '';
  if (text.trim() !== '') return { value: text };
  const { name, source } = variable;
  const failure = read !== undefined && 'reason' in read ? read.reason : 'is empty';
  const reason = read === undefined ? 'is not there' : failure;
  const remedy = 'Name a readable file that holds the value.';
  return { name, source, message: `the file that ${name} names ${reason}`, remedy };
}

/** Which keys a settings file may have. */
interface Keys {
  find(key: string): SettingName | undefined;
  /** For near matches. */
  readonly known: readonly string[];
  /** Accepted with a warning; a section stands for all of its keys. */
  readonly unused: readonly string[];
}

function yamlSource(
  file: string,
  read: { readonly text: string } | { readonly reason: string },
  keys: Keys,
): Source {
  if ('reason' in read) return unreadable(file, read.reason);
  const { entries, problems: wrong } = parseSettingsYaml(read.text);
  const problems = wrong.map(({ line, message, remedy }) => {
    return { name: file, source: `${file}:${line}`, message: `${file} ${message}`, remedy };
  });
  const given: Given[] = [];
  const unused: string[] = [];
  for (const { key, value, line } of entries) {
    const setting = keys.find(key);
    const source = `${file}:${line}`;
    const [section = key] = key.split('.');
    if (value === null && (setting !== undefined || isSection(key, keys.known))) continue;
    if (setting !== undefined) {
      if (typeof value === 'string' && value.trim() === '') continue;
      const other = given.find((earlier) => earlier.setting === setting);
      if (other !== undefined) problems.push(givenTwice({ name: key, source }, other));
      else given.push({ setting, name: key, source, value, mayShow: true });
    } else if (keys.unused.includes(key) || keys.unused.includes(section)) {
      unused.push(key);
    } else {
      problems.push(unknown({ name: key, source }, keys.known));
    }
  }
  return { given, problems, warnings: unused.length === 0 ? [] : [unusedKeys(file, unused)] };
}

function isSection(key: string, known: readonly string[]): boolean {
  return known.some((name) => name.startsWith(`${key}.`));
}

function unusedKeys(file: string, keys: readonly string[]): SettingsProblem {
  const message = `${file} sets ${keys.join(', ')}, which nothing uses yet`;
  return { name: file, source: file, message, remedy: 'Nothing needs to be done.' };
}
