import { type Advice, advise } from './advice.ts';
import type { LoadedSettings } from './load.ts';
import type { SettingName } from './table.ts';
import { decodeKey, weaknessOf, weaknessOfKey } from './weak-secret.ts';

/** What the process is for: a worker answers no requests, so it needs no keys of people. */
export type ProcessKind = 'server' | 'worker';

type SecretName = 'JWT_SECRET_KEY' | 'JWT_REFRESH_SECRET_KEY' | 'ENCRYPTION_KEY';
type RequiredName = SecretName | 'ADMIN_API_KEYS' | 'DATABASE_URL';

const REQUIRED: Readonly<Record<ProcessKind, readonly RequiredName[]>> = {
  server: ['JWT_SECRET_KEY', 'JWT_REFRESH_SECRET_KEY', 'ENCRYPTION_KEY', 'ADMIN_API_KEYS'],
  worker: ['ENCRYPTION_KEY', 'DATABASE_URL'],
};

/**
 * What is wrong with the secrets that a server cannot do without: missing, weak, or one for two
 * purposes, so that who learns one has both (claims G1.001, G1.003, G1.004, G3.144, G3.149).
 */
export function judgeSecrets(loaded: LoadedSettings, kind: ProcessKind): readonly Advice[] {
  const broken = new Set(loaded.serverProblems.map(({ setting }) => setting));
  const missing = REQUIRED[kind].filter((name) => {
    return loaded.settings[name].length === 0 && !broken.has(name);
  });
  return [
    ...missing.map((name) => missingSetting(loaded, name)),
    ...weakSecrets(loaded),
    ...equalSecrets(loaded),
  ];
}

function missingSetting(loaded: LoadedSettings, name: RequiredName): Advice {
  if (name === 'DATABASE_URL') {
    return advise(loaded, name, {
      weight: 'refused',
      what: 'is not set, and a worker shares the database of its server',
      remedy: 'Give the worker the same DATABASE_URL as the server.',
    });
  }
  return advise(loaded, name, {
    weight: 'refused',
    what: 'is not set',
    remedy: `Set it to ${FRESH}, or let sluice config generate write a whole .env.`,
  });
}

const FRESH = 'what `openssl rand -hex 32` prints';

function weakSecrets(loaded: LoadedSettings): readonly Advice[] {
  const { settings } = loaded;
  const found: Advice[] = [];
  const judge = (name: SettingName, what: string | undefined) => {
    const remedy = name.endsWith('_PREVIOUS')
      ? 'Take it out; what it signed is not taken any more.'
      : `Replace it with ${FRESH}.`;
    if (what !== undefined) found.push(advise(loaded, name, { weight: 'refused', what, remedy }));
  };
  for (const name of ['JWT_SECRET_KEY', 'JWT_REFRESH_SECRET_KEY'] as const) {
    if (settings[name] !== '') judge(name, weaknessOf(settings[name]));
  }
  if (settings.ENCRYPTION_KEY !== '') {
    judge('ENCRYPTION_KEY', weaknessOfKey(settings.ENCRYPTION_KEY));
  }
  for (const name of ['JWT_SECRET_KEYS_PREVIOUS', 'JWT_REFRESH_SECRET_KEYS_PREVIOUS'] as const) {
    const weakness = settings[name].map(weaknessOf).find((what) => what !== undefined);
    judge(name, weakness === undefined ? undefined : `holds one that ${weakness}`);
  }
  if (settings.ENCRYPTION_KEYS_PREVIOUS.some((key) => decodeKey(key) === undefined)) {
    const what = 'holds one that is not 32 bytes, written as 64 hex digits or in base64';
    judge('ENCRYPTION_KEYS_PREVIOUS', what);
  }
  for (const [index, key] of settings.ADMIN_API_KEYS.entries()) {
    const weakness = weaknessOf(key);
    const which = settings.ADMIN_API_KEYS.length === 1 ? '' : `holds as key ${index + 1} one that `;
    judge('ADMIN_API_KEYS', weakness === undefined ? undefined : `${which}${weakness}`);
  }
  return found;
}

/**
 * A secret of before that signs something else now would let one kind of token pass for another.
 */
const LISTS = [
  'ADMIN_API_KEYS',
  'JWT_SECRET_KEYS_PREVIOUS',
  'JWT_REFRESH_SECRET_KEYS_PREVIOUS',
  'ENCRYPTION_KEYS_PREVIOUS',
] as const satisfies readonly SettingName[];

function equalSecrets(loaded: LoadedSettings): readonly Advice[] {
  const { settings } = loaded;
  const names: readonly SecretName[] = [
    'JWT_SECRET_KEY',
    'JWT_REFRESH_SECRET_KEY',
    'ENCRYPTION_KEY',
  ];
  const given = [
    ...names.map((name) => ({ name: name as SettingName, value: settings[name] })),
    ...LISTS.flatMap((name) => settings[name].map((value) => ({ name, value }))),
  ].filter(({ value }) => value !== '');
  const first = new Map<string, SettingName>();
  const found: Advice[] = [];
  for (const { name, value } of given) {
    const other = first.get(value);
    if (other === undefined) {
      first.set(value, name);
      continue;
    }
    const what =
      other === name ? 'holds one key twice' : `is the same secret as ${loaded.names[other]}`;
    const remedy = `Give each its own: ${FRESH}.`;
    found.push(advise(loaded, name, { weight: 'refused', what, remedy }));
  }
  return found;
}
