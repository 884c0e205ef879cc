import { join } from 'node:path';
import { ACCESS_LIMITS, SECRET_LIMITS } from '../base/index.ts';
import { type Checked, failed, passed, toLookAt } from './doctor-checked.ts';
import { isPasswordDue, passwordAgeDays } from './doctor-password-age.ts';
import { parseDotenv } from './dotenv.ts';
import type { LoadedSettings } from './load.ts';
import { type ReadFile, readText } from './read-file.ts';
import { decodedPart } from './url-part.ts';

/** What an image, a guide or a person in a hurry begins with. */
const DEFAULTS: ReadonlySet<string> = new Set([
  '123456',
  'admin',
  'admin123',
  'changeme',
  'change-me',
  'default',
  'example',
  'ffmpeg',
  'ffmpeg_user',
  'grafana',
  'guest',
  'minioadmin',
  'pass',
  'password',
  'postgres',
  'redis',
  'root',
  'secret',
  'sluice',
  'test',
  'user',
]);

const REMEDY = 'Change it where it is set and here; sluice keys generate --password makes one.';

/** Why a password of a person is weak, or undefined. It is asked with the names to avoid. */
export type WhyWeak = (password: string, names: readonly string[]) => Promise<string | undefined>;

/**
 * Threat: a password that everybody tries first, or one for two doors (CWE-1392, CWE-521; claims
 * G1.057, G3.142, G5.298). Looks at what the settings hold, and at the passwords of other programs
 * in `.env`. Repeats none.
 */
export async function checkPasswords(
  loaded: LoadedSettings,
  { dotenv, whyWeak }: { readonly dotenv: string; readonly whyWeak: WhyWeak },
): Promise<Checked<'passwords'>> {
  const given = [...passwordsOfUrls(loaded), ...passwordsOfOthers(dotenv)];
  const wrong: string[] = [];
  const first = new Map<string, string>();
  const { ADMIN_PASSWORD: admin, ADMIN_USERNAME: username } = loaded.settings;
  const isHash = /^\$2[aby]\$/.test(admin);
  const all = admin === '' || isHash ? given : [...given, { name: ADMIN, password: admin }];
  for (const { name, password, user = '', least = 0 } of all) {
    const other = first.get(password);
    const isDefault = DEFAULTS.has(password.toLowerCase()) || password === user;
    if (isDefault) wrong.push(`${name} has a password that everyone tries first`);
    else if (password.length < least) {
      wrong.push(`${name} has a password of fewer than ${least} characters`);
    }
    if (other === undefined) first.set(password, name);
    // One database by two addresses has one password.
    else if (!(isDatabase(other) && isDatabase(name)))
      wrong.push(`${name} shares that of ${other}`);
  }
  if (admin !== '' && !isHash && !DEFAULTS.has(admin.toLowerCase())) {
    const why = await whyWeak(admin, [username]);
    if (why !== undefined) wrong.push(`${ADMIN}: ${why}`);
  }
  if (wrong.length > 0) return failed('passwords', wrong.join('; '), REMEDY);
  const names = all.map(({ name }) => name).join(', ');
  const seen = names === '' ? 'the settings hold no password' : `${names} were looked at`;
  return passed('passwords', `${seen}; people’s are judged when they are set`);
}

const ADMIN = 'ADMIN_PASSWORD';

interface Password {
  readonly name: string;
  readonly password: string;
  readonly user?: string;
  readonly least?: number;
}

const URLS = ['DATABASE_URL', 'DATABASE_MIGRATION_URL', 'DATABASE_READ_URL', 'REDIS_URL'] as const;

function passwordsOfUrls({ settings, names }: LoadedSettings): readonly Password[] {
  return URLS.flatMap((name) => {
    const url = URL.canParse(settings[name]) ? new URL(settings[name]) : undefined;
    if (url === undefined || url.password === '') return [];
    const user = decodedPart(url.username);
    const least = SECRET_LIMITS.databasePasswordCharacters;
    return [{ name: names[name], password: decodedPart(url.password), user, least }];
  });
}

function isDatabase(name: string): boolean {
  return /DATABASE/.test(name);
}

/** Those of programs beside the server, such as GRAFANA_PASSWORD. */
function passwordsOfOthers(dotenv: string): readonly Password[] {
  return parseDotenv(dotenv)
    .entries.filter(({ name, value }) => /PASSWORD$/.test(name) && value !== '')
    .filter(({ name }) => !/ADMIN_PASSWORD$|AUTH_PASSWORD$/.test(name))
    .map(({ name, value }) => ({ name, password: value }));
}

/** The text of `.env`; '' where there is none or it cannot be read. */
export function dotenvText(cwd: string, readFile: ReadFile): string {
  const read = readText(readFile, join(cwd, '.env'));
  return read !== undefined && 'text' in read ? read.text : '';
}

/** How old the password of the database is, as far as somebody noted it (claim G5.289). */
export function checkPasswordAge(
  { settings }: LoadedSettings,
  now: number,
): Checked<'database-password-age'> {
  const id = 'database-password-age';
  const days = ACCESS_LIMITS.databasePasswordAgeDays;
  if (settings.DATABASE_URL === '') {
    return passed(id, 'the server’s own database has a password that the server made for itself');
  }
  const { DATABASE_PASSWORD_SET_ON: setOn } = settings;
  const note = 'write the day into DATABASE_PASSWORD_SET_ON, such as 2026-11-21.';
  const age = passwordAgeDays(setOn, now);
  if (setOn === '') {
    const remedy = `Change it every ${days} days with ALTER ROLE ... PASSWORD, and ${note}`;
    return toLookAt(id, 'nothing says when the password in DATABASE_URL was changed', remedy);
  }
  // A day may have begun elsewhere that has not begun in UTC.
  if (age === undefined || age < -1) {
    const seen = `DATABASE_PASSWORD_SET_ON is ${setOn}, which is no day that was`;
    return failed(id, seen, 'Write the day on which the password was last changed.');
  }
  const seen = `the password in DATABASE_URL was changed ${Math.max(0, age)} days ago`;
  if (!isPasswordDue(age)) return passed(id, `${seen}; it is due after ${days}`);
  return failed(id, seen, `Change it with ALTER ROLE ... PASSWORD, then ${note}`);
}
