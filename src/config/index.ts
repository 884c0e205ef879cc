export type { ConfigReport } from './check.ts';
export { type ExamineOptions, examineSettings, type SettingsCheckId } from './doctor.ts';
export {
  type Checked,
  type CheckState,
  failed,
  passed,
  toLookAt,
} from './doctor-checked.ts';
export { type LoadedSettings, type LoadOptions, loadSettings } from './load.ts';
export { type ReadFile, readSettingsFile, settingsFileMode } from './read-file.ts';
export { describeEnvironmentExample, describeSettings } from './reference.ts';
export {
  type DatabaseSettings,
  requireServerSettings,
  type ServerSettings,
} from './server-settings.ts';
export type { SettingsProblem } from './source.ts';
export type { SettingName, Settings } from './table.ts';
export { type ConfigTasks, configTasks, newSecrets } from './tasks.ts';
export { decodeKey } from './weak-secret.ts';
export { writeNewFile } from './write-file.ts';

/** A copy of the process environment; nothing else in the server reads it. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  return { ...process.env };
}
