import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Auth, DEFAULT_ACCOUNT, openAuth } from '../../src/auth/index.ts';
import type { PersonId } from '../../src/base/index.ts';
import { uuidv7 } from '../../src/crypto/index.ts';
import { openMemoryRates } from '../../src/guard/index.ts';
import type { AuditEntry, Store } from '../../src/store/index.ts';
import { memoryAudit, memoryLog, type TestServer, testServer } from '../support/server.ts';
import { addPerson, ask, GOOD_PASSWORD, heldClock, type TokenHolder } from './people.ts';

const clock = heldClock();
let server: TestServer;
beforeAll(async () => {
  server = await testServer({ clock });
}, 60_000);
afterAll(() => server?.close());

/** Made for tests alone. */
const SETTINGS: Omit<Parameters<typeof openAuth>[0]['settings'], 'passwordRounds'> = {
  adminKeys: [],
  adminUsername: 'admin',
  adminPassword: '',
  accessSecrets: ['test-access-secret-0123456789abcdef'],
  refreshSecrets: ['test-refresh-secret-0123456789abcde'],
  accessMs: 60_000,
  refreshMs: 60_000,
  idleMs: 60_000,
  isComplex: false,
  takesKeys: true,
  takesBasic: true,
  takesTokenInUrl: false,
  isLimited: false,
  isSecure: false,
};

const audit: AuditEntry = {
  at: 1,
  actor: 'key:admin-1',
  action: 'person.change',
  targetKind: 'person',
  targetId: 'x',
  outcome: 'done',
};
const here = () => server.store.account(DEFAULT_ACCOUNT);
const idOf = ({ id }: TokenHolder) => id as PersonId; // As the store made it.
const hashOf = (password: string, rounds = 4) =>
  authOf(rounds).passwords.hash(password, { names: [] });
const newHash = async (hash: Promise<string>, person: TokenHolder) =>
  here().people.setPassword(idOf(person), { hash: await hash, at: clock.now() }, audit);
const openSessions = async (person: TokenHolder) =>
  (await here().sessions.list(idOf(person), clock.now())).length;

/** What happens after a password was compared, each time that a session is about to be made. */
let meanwhile: (time: number) => Promise<unknown> = async () => undefined;

/** The room itself over the server's store, with the moment in between held. */
function authOf(passwordRounds: number): Auth {
  let times = 0;
  const account: Store['account'] = (id) => {
    const whole = server.store.account(id);
    const { sessions } = whole;
    const create: typeof sessions.create = async (...given) => {
      times += 1;
      await meanwhile(times);
      return sessions.create(...given);
    };
    return { ...whole, sessions: { ...sessions, create } };
  };
  return openAuth({
    store: { ...server.store, account },
    audit: memoryAudit().audit,
    rates: openMemoryRates({ clock }),
    clock,
    log: memoryLog().log,
    newId: () => uuidv7(clock.now()),
    settings: { ...SETTINGS, passwordRounds },
  });
}

async function signIn(auth: Auth, { username }: TokenHolder): Promise<string> {
  const place = { address: '192.0.2.1', agent: '', requestId: 'r', arrivedAt: clock.now() };
  return await auth.signIn({ username, password: GOOD_PASSWORD }, place).then(
    () => 'in',
    ({ code }: { readonly code: string }) => code,
  );
}

async function lastFailure(person: TokenHolder) {
  const { items } = await here().audit.list(
    { targetId: person.id, action: 'auth.sign-in', outcome: 'failed' },
    { limit: 1 },
  );
  return items[0]?.details?.reason;
}

describe('a sign-in during which something changes', () => {
  it('leaves no session where the password was changed, and a record of it', async () => {
    const person = await addPerson(server);
    meanwhile = () => newHash(hashOf('another otter, another lamp 17'), person);
    expect(await signIn(authOf(4), person)).toBe('SIGN_IN_REFUSED');
    expect(await openSessions(person)).toBe(0);
    expect(await lastFailure(person)).toBe('wrong');
  });

  it('leaves none either where it is changed again while it is looked at again', async () => {
    const person = await addPerson(server);
    meanwhile = async (time) =>
      newHash(hashOf(time === 1 ? GOOD_PASSWORD : 'another otter, another lamp 17'), person);
    expect(await signIn(authOf(4), person)).toBe('SIGN_IN_REFUSED');
    expect(await openSessions(person)).toBe(0);
    expect(await lastFailure(person)).toBe('wrong');
  });

  it('leaves none where the person is locked out', async () => {
    const person = await addPerson(server);
    meanwhile = () =>
      here().people.update(idOf(person), { isActive: false, at: clock.now() }, audit);
    expect(await signIn(authOf(4), person)).toBe('SIGN_IN_REFUSED');
    expect(await lastFailure(person)).toBe('inactive');
  });

  it('goes on where only the hash was made anew, by whoever', async () => {
    const person = await addPerson(server);
    meanwhile = (time) =>
      time === 1 ? newHash(hashOf(GOOD_PASSWORD, 5), person) : Promise.resolve();
    expect(await signIn(authOf(4), person)).toBe('in');
    expect(await openSessions(person)).toBe(1);
  });

  it('goes on for all who sign in at once after BCRYPT_ROUNDS was raised', async () => {
    const person = await addPerson(server);
    const before = await openSessions(person);
    meanwhile = async () => undefined;
    const auth = authOf(5);
    const answers = await Promise.all(Array.from({ length: 8 }, () => signIn(auth, person)));
    expect(answers).toEqual(Array.from({ length: 8 }, () => 'in'));
    expect(await openSessions(person)).toBe(before + 8);
    expect(await here().people.passwordHash(idOf(person))).toMatch(/^\$2b\$05\$/);
  });
});

describe('a sign-out', () => {
  it('by a key or by a password sent along is refused, since no session would end', async () => {
    const person = await addPerson(server);
    const made = await person.ask('POST', '/api/v1/keys', { name: 'k', scopes: ['flows:read'] });
    const basic = Buffer.from(`${person.username}:${GOOD_PASSWORD}`).toString('base64');
    for (const headers of [
      { 'x-api-key': made.json.key },
      { authorization: `Basic ${basic}` },
    ] as Readonly<Record<string, string>>[]) {
      const answer = await ask(server, 'POST', '/api/v1/auth/sign-out', { headers });
      expect([answer.status, answer.json?.error.code]).toEqual([403, 'NOT_A_PERSON']);
    }
    expect((await person.ask('POST', '/api/v1/auth/sign-out')).status).toBe(204);
    expect((await person.ask('GET', '/api/v1/me')).status).toBe(401);
  });
});
