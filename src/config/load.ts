import { AppError } from '../errors/index.ts';
import { isConfidential, type SettingGroup } from './entry.ts';
import { settingEntry, settingNames } from './names.ts';
import { describeForm, parseSetting, showGiven } from './parse-value.ts';
import type { ReadFile } from './read-file.ts';
import type { Given, Named, SettingsProblem, Source } from './source.ts';
import { dotenvSource, environmentSource, overrideSource } from './sources.ts';
import type { SettingName, Settings } from './table.ts';
import { sluiceYamlSource, tubesYamlSource } from './yaml-source.ts';

export interface LoadOptions {
  /** Absolute; where `.env` and sluice.yaml are looked for, and `.tubes.yaml` from here upwards. */
  readonly cwd: string;
  /** See `readEnvironment`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** See `readSettingsFile`; tests hand over a map. */
  readonly readFile: ReadFile;
  /** What options of the command line set; stronger than every other source. */
  readonly overrides?: Readonly<Partial<Record<SettingName, string>>>;
}

export interface LoadedSettings {
  readonly settings: Settings;
  /** Where each value came from: `default`, `environment`, or a file with its line. */
  readonly sources: Readonly<Record<SettingName, string>>;
  /** The variable or key that gave each value, as written; the setting's own name by default. */
  readonly names: Readonly<Record<SettingName, string>>;
  /** What is accepted but has no effect. */
  readonly warnings: readonly SettingsProblem[];
  /**
   * What is wrong with settings that only a server reads. A flow that runs without one does not
   * fail because another program in the same folder has a DATABASE_URL of its own.
   */
  readonly serverProblems: readonly SettingsProblem[];
  /** Secrets in files that are made to be shared. */
  readonly exposed: readonly SettingsProblem[];
  /** Variables that are none of ours, strongest source first. */
  readonly strangers: readonly Named[];
}

/** As `LoadedSettings`, with every problem instead of an error; what is wrong keeps its default. */
export interface GatheredSettings extends LoadedSettings {
  readonly problems: readonly SettingsProblem[];
}

/**
 * Gathers all settings. Precedence as in system 1: command line, process environment, `.env`,
 * sluice.yaml, `.tubes.yaml`, default; within one source SLUICE_NAME comes before NAME, and NAME
 * before another system's name for it. An empty variable counts as not given; an empty list is
 * written `[]`.
 *
 * Every given value is checked, also where a stronger source overrides it. Throws one AppError
 * SETTINGS_INVALID with all problems in details.problems ({name, source, message, remedy}), but for
 * those in `serverProblems`; values of secrets, and of files that NAME_FILE variables name, are
 * never shown. Side effect: reads files.
 */
export function loadSettings(options: LoadOptions): LoadedSettings {
  const { problems, ...loaded } = gatherSettings(options);
  if (problems.length > 0) throw settingsInvalid(problems);
  return loaded;
}

/** As `loadSettings`, but tells of problems instead of throwing them: for `config check`. */
export function gatherSettings(options: LoadOptions): GatheredSettings {
  const { cwd, environment, readFile, overrides = {} } = options;
  const strongestFirst: readonly Source[] = [
    overrideSource(overrides),
    environmentSource(environment, cwd, readFile),
    dotenvSource(cwd, readFile),
    sluiceYamlSource(cwd, readFile),
    tubesYamlSource(cwd, readFile),
  ];
  const { settings, sources, names } = defaults();
  const found: SettingsProblem[] = [];
  for (const source of strongestFirst) {
    found.push(...source.problems);
    for (const given of source.given) {
      const result = parseSetting(settingEntry(given.setting), given.value);
      if (!result.ok) found.push(wrongValue(given, result.mustBe));
      else if (sources[given.setting] === 'default') {
        settings[given.setting] = result.value;
        sources[given.setting] = given.source;
        names[given.setting] = given.name;
      }
    }
  }
  return {
    // Every name of the table was set, to its default or to what parseSetting made for its entry.
    settings: Object.freeze(settings) as Settings,
    sources: Object.freeze(sources) as Readonly<Record<SettingName, string>>,
    names: Object.freeze(names) as Readonly<Record<SettingName, string>>,
    problems: found.filter((problem) => !isOfServer(problem)),
    serverProblems: found.filter(isOfServer),
    warnings: strongestFirst.flatMap((source) => source.warnings),
    exposed: strongestFirst.flatMap((source) => source.exposed),
    strangers: strongestFirst.flatMap((source) => source.strangers),
  };
}

/** One error with all problems, a line each. */
export function settingsInvalid(problems: readonly SettingsProblem[]): AppError {
  const count = problems.length === 1 ? 'A setting is' : `${problems.length} settings are`;
  const lines = problems.map(({ source, message, remedy }) => {
    return `  ${source === 'default' ? '' : `${source}: `}${message}. ${remedy}`;
  });
  return new AppError('SETTINGS_INVALID', {
    message: `${count} not valid:\n${lines.join('\n')}`,
    details: { problems },
  });
}

function defaults() {
  const settings: Record<string, unknown> = {};
  const sources: Record<string, string> = {};
  const names: Record<string, string> = {};
  for (const name of settingNames()) {
    settings[name] = settingEntry(name).default;
    sources[name] = 'default';
    names[name] = name;
  }
  return { settings, sources, names };
}

const SERVER_GROUPS: ReadonlySet<SettingGroup> = new Set(['Server', 'Secrets', 'Database']);

function isOfServer({ setting }: SettingsProblem): boolean {
  return setting !== undefined && SERVER_GROUPS.has(settingEntry(setting).group);
}

function wrongValue(given: Given, mustBe: string): SettingsProblem {
  const { name, source, setting } = given;
  const entry = settingEntry(setting);
  const isShown = given.mayShow && !isConfidential(entry);
  const shown = isShown ? `; it is ${showGiven(given.value)}` : '';
  const message = `${name} must be ${mustBe}${shown}`;
  return { name, source, message, remedy: `Write ${describeForm(entry)}, or remove it.`, setting };
}
