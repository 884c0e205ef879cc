import type { Value } from '../base/index.ts';
import { remedyForName } from './names.ts';
import type { SettingName } from './table.ts';

/** One thing wrong with the settings. */
export interface SettingsProblem {
  /** The variable or key as written; the file, where it is the file itself. */
  readonly name: string;
  /** `environment`, or the file and its line: `.env:3`; `default` where nothing is given. */
  readonly source: string;
  readonly message: string;
  readonly remedy: string;
  /** Absent where the problem is no single setting's. */
  readonly setting?: SettingName;
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
  /** What should not stand where it stands: secrets in files that are shared. */
  readonly exposed: readonly SettingsProblem[];
  /** Variables that are none of ours; most belong to other programs. */
  readonly strangers: readonly Named[];
}

/** A variable or key, and where it was found. */
export interface Named {
  readonly name: string;
  readonly source: string;
}

/** A source that gives nothing. */
export const EMPTY_SOURCE: Source = {
  given: [],
  problems: [],
  warnings: [],
  exposed: [],
  strangers: [],
};

/** A source of which nothing can be used, for the reason given as the end of a sentence. */
export function unreadable(file: string, reason: string): Source {
  const remedy = 'Mend the file, or remove it.';
  const problem = { name: file, source: file, message: `${file} ${reason}`, remedy };
  return { ...EMPTY_SOURCE, problems: [problem] };
}

/** A name that is no setting, with the nearest one as the remedy. */
export function unknown(named: Named, known: Iterable<string>): SettingsProblem {
  const { name, source } = named;
  const remedy = remedyForName(name, known);
  return { name, source, message: `${name} is no setting`, remedy };
}

/** One source gives a setting a second time, under the same or another name. */
export function givenTwice(named: Named, other: Named, setting: SettingName): SettingsProblem {
  const { name, source } = named;
  const message =
    other.name === name
      ? `${name} is given twice, first at ${other.source}`
      : `${name} and ${other.name} give the same setting`;
  return { name, source, message, remedy: 'Keep one of the two.', setting };
}
