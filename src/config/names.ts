import { nearest } from '../base/index.ts';
import type { SettingEntry } from './entry.ts';
import { SETTINGS, type SettingName } from './table.ts';

/** Marks our own variables, so that a misspelt one is a problem and not silently another's. */
export const NAME_PREFIX = 'SLUICE_';
/** A variable with this ending names a file that holds the value. */
export const FILE_SUFFIX = '_FILE';

/** What the name of a variable stands for. */
export interface Spelling {
  readonly setting: SettingName;
  /** The value is the path of a file that holds it. */
  readonly isFile: boolean;
  /** 0: with our prefix; 1: the plain name; 2: another system's. The lowest one counts. */
  readonly rank: number;
}

/** The names of all settings, in the order of the table. */
export function settingNames(): readonly SettingName[] {
  // The table is a constant of ours: its keys are exactly its names.
  return Object.keys(SETTINGS) as SettingName[];
}

/** The entry of a setting, seen as any entry, so that optional members can be asked for. */
export function settingEntry(name: SettingName): SettingEntry {
  return SETTINGS[name];
}

/** Every variable that is read, with what it stands for. */
export function spellings(): ReadonlyMap<string, Spelling> {
  const found = new Map<string, Spelling>();
  for (const setting of settingNames()) {
    const aliases = settingEntry(setting).aliases ?? [];
    const prefixed = setting.startsWith(NAME_PREFIX) ? setting : NAME_PREFIX + setting;
    for (const [rank, name] of [prefixed, setting, ...aliases].entries()) {
      found.set(name, { setting, isFile: false, rank: Math.min(rank, 2) });
      found.set(name + FILE_SUFFIX, { setting, isFile: true, rank: Math.min(rank, 2) });
    }
  }
  return found;
}

/** `Did you mean X?`, or where to read about all names. */
export function remedyForName(name: string, known: Iterable<string>): string {
  const near = nearest(name, known);
  return near === undefined
    ? 'Remove it; docs/reference/settings.md lists all settings.'
    : `Did you mean ${near}?`;
}

/**
 * Kubernetes gives every container variables for each service of its namespace. A service that is
 * itself named `sluice` makes SLUICE_SERVICE_HOST, SLUICE_PORT=tcp://... and the like, which nobody
 * misspelt.
 */
export function isServiceLink(name: string, value: string): boolean {
  if (/^SLUICE_SERVICE_(?:HOST|PORT(?:_\w+)?)$/.test(name)) return true;
  if (/^SLUICE_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/.test(name)) return true;
  return name === 'SLUICE_PORT' && /^(?:tcp|udp|sctp):\/\//.test(value);
}
