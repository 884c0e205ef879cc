import { checkPasswordAge } from './doctor-passwords.ts';
import { ANOTHER_WAY, isNotUsedYet } from './foreign-names.ts';
import type { FileMode } from './judge-files.ts';
import type { ProcessKind } from './judge-secrets.ts';
import { type GatheredSettings, gatherSettings, type LoadOptions } from './load.ts';
import { spellings } from './names.ts';
import { judgeServerSettings } from './server-settings.ts';
import type { Named, SettingsProblem } from './source.ts';
import { unknownName } from './unknown-names.ts';

/** What `sluice config check` found; nothing in it is a secret. */
export interface ConfigReport {
  /** True when the process would start with these settings. */
  readonly isGood: boolean;
  readonly kind: ProcessKind;
  readonly isProduction: boolean;
  /** What keeps the process from starting, and secrets in files that are shared. */
  readonly problems: readonly SettingsProblem[];
  readonly warnings: readonly SettingsProblem[];
}

export interface CheckOptions extends LoadOptions {
  readonly kind: ProcessKind;
  readonly fileMode: FileMode;
  /** Absent: nothing is said of what grows old. */
  readonly now?: number;
}

/**
 * Judges all settings as `sluice start` or `sluice worker` would, and says more: every problem and
 * warning with its remedy (claims G1.007, G1.016 to G1.019, G5.272,
 * G5.289). Never throws for what a person
 * wrote. Side effect: reads the settings files.
 */
export function checkConfig(options: CheckOptions): ConfigReport {
  const gathered = gatherSettings(options);
  const { refusals, warnings, advice } = judgeServerSettings(gathered, options);
  const exposed = new Set(gathered.exposed);
  const problems = [...gathered.problems, ...refusals, ...gathered.exposed];
  return {
    isGood: problems.length === 0,
    kind: options.kind,
    isProduction: gathered.settings.SLUICE_ENV === 'production',
    problems,
    warnings: [
      ...warnings.filter((warning) => !exposed.has(warning)),
      ...advice,
      ...(options.now === undefined ? [] : dueWarnings(gathered, options.now)),
      ...gathered.warnings,
      ...strangerWarnings(gathered),
    ],
  };
}

/** The password of the database where it is noted to be too old; a note that is missing is none. */
function dueWarnings(gathered: GatheredSettings, now: number): readonly SettingsProblem[] {
  const { state, seen, remedy } = checkPasswordAge(gathered, now);
  if (state !== 'fail' || remedy === undefined) return [];
  const setting = 'DATABASE_PASSWORD_SET_ON';
  const source = gathered.sources[setting];
  return [{ name: gathered.names[setting], source, message: seen, remedy, setting }];
}

/**
 * Names that are no settings. Those of other systems are told of wherever they are; others only in
 * `.env`, because the environment is full of other programs' variables.
 */
function strangerWarnings({ strangers }: GatheredSettings): readonly SettingsProblem[] {
  const known = [...spellings().keys()];
  const seen = new Set<string>();
  const later: Named[] = [];
  const found: SettingsProblem[] = [];
  for (const stranger of strangers) {
    if (seen.has(stranger.name)) continue;
    seen.add(stranger.name);
    const way = Object.hasOwn(ANOTHER_WAY, stranger.name) ? ANOTHER_WAY[stranger.name] : undefined;
    if (way !== undefined && isOurs(stranger)) found.push(withoutEffect(stranger, way));
    else if (isNotUsedYet(stranger.name)) later.push(stranger);
    else if (stranger.source !== 'environment') found.push(unknownName(stranger, known));
  }
  return [...found, ...notUsedYet(later)];
}

/** `DEBUG` and the like in the environment belong to some other program more often than not. */
function isOurs({ name, source }: Named): boolean {
  return (
    source !== 'environment' || name.startsWith('FLOWRUNNER_') || name.startsWith('ROUNDTABLE_')
  );
}

function withoutEffect({ name, source }: Named, remedy: string): SettingsProblem {
  return { name, source, message: `${name} has no effect here`, remedy };
}

/** One warning for all of them, so that they do not hide what matters. */
function notUsedYet(names: readonly Named[]): readonly SettingsProblem[] {
  const [first] = names;
  if (first === undefined) return [];
  const list = names.map(({ name }) => name).join(', ');
  const message = `nothing uses these settings of other systems yet: ${list}`;
  const remedy = 'They can stay; a later version will read them.';
  return [{ name: first.name, source: first.source, message, remedy }];
}
