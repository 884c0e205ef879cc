import { dirname, join, relative } from 'node:path';
import { SETTINGS_LIMITS } from '../base/index.ts';
import { exposedSecret, isLiteralSecret } from './literal-secret.ts';
import { NAME_PREFIX, settingEntry, settingNames } from './names.ts';
import { type ReadFile, readText } from './read-file.ts';
import { parseSettingsYaml } from './settings-yaml.ts';
import {
  EMPTY_SOURCE,
  type Given,
  givenTwice,
  type SettingsProblem,
  type Source,
  unknown,
  unreadable,
} from './source.ts';
import { type SettingName, UNUSED_TUBES_KEYS } from './table.ts';

/** The file sluice.yaml in the working directory: setting names in either letter case. */
export function sluiceYamlSource(cwd: string, readFile: ReadFile): Source {
  const file = 'sluice.yaml';
  const read = readText(readFile, join(cwd, file));
  if (read === undefined) return EMPTY_SOURCE;
  const names = new Map(settingNames().map((name) => [name as string, name]));
  return yamlSource(file, read, {
    find: (key) => {
      const name = key.toUpperCase();
      return names.get(name) ?? names.get(name.replace(NAME_PREFIX, ''));
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
  return EMPTY_SOURCE;
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
  const exposed = entries
    .filter(({ key, value }) => isLiteralSecret(key, value, keys.find(key)))
    .map(({ key, line }) => exposedSecret(file, key, line));
  for (const { key, value, line } of entries) {
    const setting = keys.find(key);
    const source = `${file}:${line}`;
    const [section = key] = key.split('.');
    if (value === null && (setting !== undefined || isSection(key, keys.known))) continue;
    if (setting !== undefined) {
      if (typeof value === 'string' && value.trim() === '') continue;
      const other = given.find((earlier) => earlier.setting === setting);
      if (other !== undefined) problems.push(givenTwice({ name: key, source }, other, setting));
      else given.push({ setting, name: key, source, value, mayShow: true });
    } else if (keys.unused.includes(key) || keys.unused.includes(section)) {
      // That a key is a secret says more than that nothing uses it.
      if (!exposed.some(({ name }) => name === key)) unused.push(key);
    } else {
      problems.push(unknown({ name: key, source }, keys.known));
    }
  }
  const warnings = unused.length === 0 ? [] : [unusedKeys(file, unused)];
  return { ...EMPTY_SOURCE, given, problems, warnings, exposed };
}

function isSection(key: string, known: readonly string[]): boolean {
  return known.some((name) => name.startsWith(`${key}.`));
}

function unusedKeys(file: string, keys: readonly string[]): SettingsProblem {
  const message = `${file} sets ${keys.join(', ')}, which nothing uses yet`;
  return { name: file, source: file, message, remedy: 'Nothing needs to be done.' };
}
