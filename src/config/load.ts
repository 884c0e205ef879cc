import { AppError } from '../errors/index.ts';
import { settingEntry, settingNames } from './names.ts';
import { describeForm, parseSetting, showGiven } from './parse-value.ts';
import type { ReadFile } from './read-file.ts';
import {
  dotenvSource,
  environmentSource,
  type Given,
  type SettingsProblem,
  type Source,
  sluiceYamlSource,
  tubesYamlSource,
} from './sources.ts';
import type { SettingName, Settings } from './table.ts';

export interface LoadOptions {
  /** Absolute; where `.env` and sluice.yaml are looked for, and `.tubes.yaml` from here upwards. */
  readonly cwd: string;
  /** See `readEnvironment`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** See `readSettingsFile`; tests hand over a map. */
  readonly readFile: ReadFile;
}

export interface LoadedSettings {
  readonly settings: Settings;
  /** Where each value came from: `default`, `environment`, or a file with its line. */
  readonly sources: Readonly<Record<SettingName, string>>;
  /** What is accepted but has no effect. */
  readonly warnings: readonly SettingsProblem[];
}

/**
 * Gathers all settings. Precedence as in system 1: process environment, `.env`, sluice.yaml,
 * `.tubes.yaml`, default; within one source SLUICE_NAME comes before NAME, and NAME before another
 * system's name for it. An empty variable counts as not given; an empty list is written `[]`.
 *
 * Every given value is checked, also where a stronger source overrides it. Throws one AppError
 * SETTINGS_INVALID with all problems in details.problems ({name, source, message, remedy}); values
 * of secrets, and of files that NAME_FILE variables name, are never shown. Side effect: reads
 * files.
 */
export function loadSettings(options: LoadOptions): LoadedSettings {
  const { cwd, environment, readFile } = options;
  const strongestFirst: readonly Source[] = [
    environmentSource(environment, cwd, readFile),
    dotenvSource(cwd, readFile),
    sluiceYamlSource(cwd, readFile),
    tubesYamlSource(cwd, readFile),
  ];
  const settings: Record<string, unknown> = {};
  const sources: Record<string, string> = {};
  for (const name of settingNames()) {
    settings[name] = settingEntry(name).default;
    sources[name] = 'default';
  }
  const problems: SettingsProblem[] = [];
  for (const source of strongestFirst) {
    problems.push(...source.problems);
    for (const given of source.given) {
      const result = parseSetting(settingEntry(given.setting), given.value);
      if (!result.ok) problems.push(wrongValue(given, result.mustBe));
      else if (sources[given.setting] === 'default') {
        settings[given.setting] = result.value;
        sources[given.setting] = given.source;
      }
    }
  }
  if (problems.length > 0) throw settingsInvalid(problems);
  return {
    // Every name of the table was set, to its default or to what parseSetting made for its entry.
    settings: Object.freeze(settings) as Settings,
    sources: Object.freeze(sources) as Readonly<Record<SettingName, string>>,
    warnings: strongestFirst.flatMap((source) => source.warnings),
  };
}

function wrongValue(given: Given, mustBe: string): SettingsProblem {
  const { name, source, setting } = given;
  const entry = settingEntry(setting);
  const isShown = given.mayShow && entry.type !== 'secret';
  const shown = isShown ? `; it is ${showGiven(given.value)}` : '';
  const message = `${name} must be ${mustBe}${shown}`;
  return { name, source, message, remedy: `Write ${describeForm(entry)}, or remove it.` };
}

function settingsInvalid(problems: readonly SettingsProblem[]): AppError {
  const count = problems.length === 1 ? 'A setting is' : `${problems.length} settings are`;
  const lines = problems.map(({ source, message, remedy }) => `  ${source}: ${message}. ${remedy}`);
  return new AppError('SETTINGS_INVALID', {
    message: `${count} not valid:\n${lines.join('\n')}`,
    details: { problems },
  });
}
