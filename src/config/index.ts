export { type LoadedSettings, type LoadOptions, loadSettings } from './load.ts';
export { type ReadFile, readSettingsFile } from './read-file.ts';
export { describeEnvironmentExample, describeSettings } from './reference.ts';
export type { SettingsProblem } from './sources.ts';
export type { SettingName, Settings } from './table.ts';

/** A copy of the process environment; nothing else in the server reads it. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  return { ...process.env };
}
