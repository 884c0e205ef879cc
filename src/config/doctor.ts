import { type ConfigReport, checkConfig } from './check.ts';
import { checkAccess } from './doctor-access.ts';
import { type Checked, failed, passed } from './doctor-checked.ts';
import { checkConnections } from './doctor-connections.ts';
import { checkFiles } from './doctor-files.ts';
import { checkPasswordAge, checkPasswords, dotenvText, type WhyWeak } from './doctor-passwords.ts';
import type { FileMode } from './judge-files.ts';
import { gatherSettings, type LoadOptions } from './load.ts';

/** Every check that needs no more than settings and files. */
export type SettingsCheckId =
  | ReturnType<typeof checkAccess>[number]['id']
  | ReturnType<typeof checkConnections>[number]['id']
  | ReturnType<typeof checkFiles>[number]['id']
  | 'passwords'
  | 'database-password-age'
  | 'settings'
  | 'production';

export interface ExamineOptions extends LoadOptions {
  readonly fileMode: FileMode;
  readonly now: number;
  /** Judges ADMIN_PASSWORD where it holds the password itself. */
  readonly whyWeak: WhyWeak;
}

/**
 * The part of the production checklist that settings and files tell (claims G1.057, G5.289,
 * G5.298). Never throws for what a person wrote, and shows no secret. Side effect: reads the
 * settings files and .gitignore.
 */
export async function examineSettings(
  options: ExamineOptions,
): Promise<readonly Checked<SettingsCheckId>[]> {
  const loaded = gatherSettings(options);
  const dotenv = dotenvText(options.cwd, options.readFile);
  const report = checkConfig({ ...options, kind: 'server' });
  return [
    ...checkAccess(loaded),
    await checkPasswords(loaded, { dotenv, whyWeak: options.whyWeak }),
    checkPasswordAge(loaded, options.now),
    ...checkConnections(loaded),
    ...checkFiles(loaded, options),
    checkSettings(report),
    checkProduction(report),
  ];
}

function checkSettings({ isGood, problems, warnings }: ConfigReport): Checked<'settings'> {
  if (isGood) {
    const noted = warnings.length === 0 ? '' : `, with ${warnings.length} warnings`;
    return passed('settings', `the server starts with these settings${noted}`);
  }
  const seen = `the server would not start: ${problems[0]?.message}`;
  return failed('settings', seen, 'sluice config check names each problem with its remedy.');
}

function checkProduction({ isProduction }: ConfigReport): Checked<'production'> {
  if (isProduction) return passed('production', 'SLUICE_ENV=production');
  const seen = 'SLUICE_ENV is development: the server starts on weak connections and only warns';
  return failed('production', seen, 'Set SLUICE_ENV=production.');
}
