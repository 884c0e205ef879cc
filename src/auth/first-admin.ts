/**
 * Threat: a server that anybody can enter with a password that stands in a guide (claims G3.139 to
 * G3.142, G2.074). The first admin's password is the operator's own, or one that is made for this
 * server alone and shown once.
 */
import type { PersonId } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import type { PersonRecord } from '../store/index.ts';
import type { FirstAdmin } from './auth.ts';
import type { AuthParts } from './auth-parts.ts';
import { DEFAULT_ACCOUNT } from './default-account.ts';

type FirstAdminParts = Pick<AuthParts, 'store' | 'clock' | 'passwords' | 'settings' | 'newId'>;

/** See Auth.ensureFirstAdmin. */
export async function ensureFirstAdmin(parts: FirstAdminParts): Promise<FirstAdmin | undefined> {
  const { store, settings } = parts;
  await store.ensureAccount(DEFAULT_ACCOUNT, 'Default');
  const { people } = store.account(DEFAULT_ACCOUNT);
  const found = await people.byUsername(settings.adminUsername);
  if (found !== undefined) {
    if (settings.adminPassword !== '') await setAgain(found, parts);
    return { id: found.id, username: found.username };
  }
  // Whoever has people and sets no password may have removed that admin for good.
  if (settings.adminPassword === '' && (await people.isAnybody())) return undefined;
  return await make(parts);
}

async function make(parts: FirstAdminParts): Promise<FirstAdmin> {
  const { store, clock, passwords, settings } = parts;
  const { adminUsername: username, adminPassword } = settings;
  const id = parts.newId() as PersonId; // The maker of ids of people.
  const at = clock.now();
  const made = adminPassword === '' ? passwords.generate() : undefined;
  const passwordHash = await hashOf(made ?? adminPassword, parts);
  const draft = { username, displayName: username, role: 'admin', passwordHash, at };
  const { people } = store.account(DEFAULT_ACCOUNT);
  try {
    await people.create(id, draft, rowOf({ at, id, action: 'person.create' }));
  } catch (thrown) {
    // Another process of this server began at the same moment and was first.
    const other = await people.byUsername(username);
    if (other === undefined) throw thrown;
    return { id: other.id, username: other.username };
  }
  return made === undefined ? { id, username } : { id, username, password: made };
}

/** The password of the settings is the admin's after every start; one that is so already stays. */
async function setAgain({ id }: PersonRecord, parts: FirstAdminParts): Promise<void> {
  const { store, clock, passwords, settings } = parts;
  const { adminPassword } = settings;
  const { people } = store.account(DEFAULT_ACCOUNT);
  const before = await people.passwordHash(id);
  const isSame = HASH.test(adminPassword)
    ? before === adminPassword
    : await passwords.isRight(adminPassword, before);
  if (isSame) return;
  const hash = await hashOf(adminPassword, parts);
  const at = clock.now();
  await people.setPassword(id, { hash, at }, rowOf({ at, id, action: 'person.password-set' }));
}

/** As `openPasswords` reads hashes. */
const HASH = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/;

/** A hash is taken as it is; so its own text is never a password. */
async function hashOf(password: string, { passwords, settings }: FirstAdminParts) {
  if (HASH.test(password)) return password;
  try {
    return await passwords.hash(password, { names: [settings.adminUsername] });
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'PASSWORD_WEAK') throw thrown;
    throw new AppError('PASSWORD_WEAK', {
      message: `ADMIN_PASSWORD: ${thrown.message}`,
      remedy: thrown.remedy,
    });
  }
}

function rowOf({ at, id, action }: { at: number; id: PersonId; action: string }) {
  const by = { actor: 'server', outcome: 'done', details: { why: 'start' } } as const;
  return { at, action, targetKind: 'person', targetId: id, ...by };
}
