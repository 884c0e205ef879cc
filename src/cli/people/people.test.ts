import { describe, expect, it } from 'vitest';
import { AppError } from '../../errors/index.ts';
import { type FakeRoutes, runAgainst } from '../fake-server.ts';

const ADA = '0199a1b2-5c3d-7000-8000-000000000001';
const person = {
  id: ADA,
  username: 'Ada',
  displayName: 'Ada Lovelace',
  role: 'user',
  isActive: true,
  createdAt: '2026-02-01T12:00:00.000Z',
  updatedAt: '2026-02-01T12:00:00.000Z',
  lastSignInAt: '2026-03-01T11:57:00.000Z',
};
const bob = { ...person, id: ADA.replace(/1$/, '2'), username: 'adabob', isActive: false };
const LIST = { 'GET /api/v1/people': { body: { items: [bob, person] } } } satisfies FakeRoutes;
const body = (request: { readonly body?: unknown } | undefined) =>
  JSON.parse(String(request?.body ?? 'null'));

describe('sluice hash-password', () => {
  const hashing = (words: readonly string[], more: object = {}) => {
    const asked: unknown[] = [];
    const local = {
      hashPassword: async (password: string) => {
        asked.push(password);
        return '$2b$12$hash';
      },
    };
    return runAgainst(['hash-password', ...words], { local, ...more }).then((ended) => ({
      ...ended,
      asked,
    }));
  };

  it('G3.138 prints the hash alone, of what is typed twice', async () => {
    const typed = await hashing([], { typedKey: 'correct horse battery' });
    expect(typed).toMatchObject({ exit: 0, out: '$2b$12$hash\n', err: '' });
    expect(typed.asked).toEqual(['correct horse battery']);
  });

  it('reads standard input without its line break, and keeps blanks', async () => {
    const piped = await hashing(['--stdin'], { keyFile: ' two blanks \r\n' });
    expect(piped.asked).toEqual([' two blanks ']);
    for (const keyFile of ['', '\n', 'one\ntwo\n']) {
      expect((await hashing(['--stdin'], { keyFile })).exit).toBe(2);
    }
  });

  it('takes it from the line and warns that the shell keeps it', async () => {
    const { out, err, exit } = await hashing(['on the line, alas']);
    expect({ out, exit }).toEqual({ out: '$2b$12$hash\n', exit: 0 });
    expect(err).toContain('stays in the history of this shell');
    expect(err).not.toContain('alas');
  });

  it('says what to do where nobody can be asked, and refuses two sources', async () => {
    const none = await hashing([]);
    expect(none).toMatchObject({ exit: 2, out: '', asked: [] });
    expect(none.err).toContain('sluice hash-password --stdin < file');
    expect((await hashing(['x', '--stdin'])).exit).toBe(2);
  });

  it('tells why a password is refused, without it', async () => {
    const refused = await runAgainst(['hash-password', '--stdin'], {
      keyFile: 'password1',
      local: {
        hashPassword: async () => {
          throw new AppError('PASSWORD_WEAK', { message: 'it is a common password' });
        },
      },
    });
    expect(refused).toMatchObject({ exit: 2, out: '' });
    expect(refused.err).toContain('it is a common password [PASSWORD_WEAK]');
    expect(refused.err).not.toContain('password1');
  });
});

describe('sluice users', () => {
  it('lists people, and says who is off', async () => {
    const { exit, out, requests } = await runAgainst(['users', 'list', '--search', 'ada'], {
      routes: LIST,
    });
    expect(exit).toBe(0);
    expect(requests[0]?.at.searchParams.get('search')).toBe('ada');
    expect(out).toMatch(/Ada +user +active +3 min ago/);
    expect(out).toMatch(/adabob +user +off/);
  });

  it('finds one by username, whatever the letter case, and by nothing near it', async () => {
    const routes = { ...LIST, [`GET /api/v1/people/${ADA}`]: { body: person } };
    expect((await runAgainst(['users', 'show', 'ADA'], { routes })).out).toContain('Ada Lovelace');
    const none = await runAgainst(['users', 'show', 'ad'], { routes });
    expect(none.exit).toBe(2);
    expect(none.err).toContain('[PERSON_NOT_FOUND]');
    const byId = await runAgainst(['users', 'show', ADA.toUpperCase()], { routes });
    expect(byId.requests).toHaveLength(1);
  });

  it('shows the password of a new person once, and alone when asked to', async () => {
    const created = { ...person, password: 'made-for-ada' };
    const routes = { 'POST /api/v1/people': { status: 201, body: created } };
    const told = await runAgainst(['users', 'create', 'Ada', '--role', 'viewer'], { routes });
    expect(body(told.requests[0])).toEqual({ username: 'Ada', role: 'viewer' });
    expect(told.out.split('made-for-ada')).toHaveLength(2);
    expect(told.out).toContain('Shown this once.');
    const quiet = await runAgainst(['users', 'create', 'Ada', '--quiet'], { routes });
    expect(quiet).toMatchObject({ out: 'made-for-ada\n', err: '' });
  });

  it('sends a password that was piped, and shows none', async () => {
    const routes = { 'POST /api/v1/people': { status: 201, body: person } };
    const words = ['users', 'create', 'Ada', '--password-stdin'];
    const { out, err, requests } = await runAgainst(words, { routes, keyFile: 'given one\n' });
    expect(body(requests[0])).toMatchObject({ password: 'given one' });
    expect(out + err).not.toContain('given one');
  });

  it('changes what is named and nothing else', async () => {
    const at = `PATCH /api/v1/people/${ADA}`;
    const routes = { ...LIST, [at]: { body: { ...person, isActive: false } } };
    const run = (...words: string[]) =>
      runAgainst(['users', 'update', 'ada', ...words], { routes });
    const off = await run('--inactive');
    expect(body(off.requests[1])).toEqual({ isActive: false });
    expect(off.out).toContain('role user, off');
    const more = await run('--role', 'viewer', '--email', '', '--active');
    expect(body(more.requests[1])).toEqual({ role: 'viewer', email: null, isActive: true });
    for (const words of [[], ['--active', '--inactive']]) {
      expect(await run(...words)).toMatchObject({ exit: 2, requests: [] });
    }
  });

  it('removes people, lists their sessions and ends them', async () => {
    const session = {
      id: ADA,
      createdAt: '2026-03-01T11:00:00.000Z',
      lastSeenAt: '2026-03-01T11:59:00.000Z',
      expiresAt: '2026-03-31T11:00:00.000Z',
      address: '192.0.2.7',
      agent: 'curl\u001b[2J',
      isThis: false,
    };
    const routes = {
      ...LIST,
      [`DELETE /api/v1/people/${ADA}`]: { status: 204 },
      [`GET /api/v1/people/${ADA}/sessions`]: { body: { items: [session] } },
      [`DELETE /api/v1/people/${ADA}/sessions`]: { body: { ended: 1 } },
    };
    const run = (command: string) => runAgainst(['users', command, 'ada'], { routes });
    expect((await run('remove')).out).toContain(`removed ${ADA}`);
    expect((await run('sessions')).out).toContain('curl\\u001b[2J');
    expect((await run('end-sessions')).out).toBe('ended 1 session\n');
  });

  it('resets a password by a token to hand over, or sets one here', async () => {
    const made = { token: 'one-time-token', expiresAt: '2026-03-01T13:00:00.000Z' };
    const routes = {
      ...LIST,
      [`POST /api/v1/people/${ADA}/password-reset`]: { status: 201, body: made },
      'POST /api/v1/auth/reset-password': { status: 204 },
    };
    const told = await runAgainst(['users', 'reset-password', 'ada'], { routes });
    expect(told.out.split('one-time-token')).toHaveLength(2);
    expect(told.out).toContain('/api/v1/auth/reset-password');
    const set = await runAgainst(['users', 'reset-password', 'ada', '--set'], {
      routes,
      typedKey: 'a new one, typed twice',
    });
    expect(body(set.requests.at(-1))).toEqual({
      token: 'one-time-token',
      password: 'a new one, typed twice',
    });
    expect(set.out).toBe('set; all their sessions have ended\n');
    // Nobody can be asked: nothing is made.
    const none = await runAgainst(['users', 'reset-password', 'ada', '--set'], { routes });
    expect(none).toMatchObject({ exit: 2, requests: [] });
  });
});

describe('sluice invitations', () => {
  const invitation = {
    id: ADA,
    role: 'user',
    createdBy: 'key:admin-1',
    createdAt: '2026-03-01T11:00:00.000Z',
    expiresAt: '2026-03-08T11:00:00.000Z',
  };

  it('shows the token once, lists them without it, and withdraws them', async () => {
    const made = { ...invitation, token: 'invitation-token' };
    const routes = {
      'POST /api/v1/invitations': { status: 201, body: made },
      'GET /api/v1/invitations': { body: { items: [invitation] } },
      [`DELETE /api/v1/invitations/${ADA}`]: { status: 204 },
    };
    const run = (...words: string[]) => runAgainst(['invitations', ...words], { routes });
    const created = await run('create', '--days', '3');
    expect(body(created.requests[0])).toEqual({ role: 'user', days: 3 });
    expect(created.out).toContain('invitation-token');
    expect((await run('create', '--quiet')).out).toBe('invitation-token\n');
    expect((await run('list')).out).toContain('good until');
    expect((await run('withdraw', ADA)).exit).toBe(0);
    expect((await run('create', '--days', '31')).exit).toBe(2);
  });
});

describe('sluice roles', () => {
  it('lists what each allows, and sets one of known permissions alone', async () => {
    const role = { name: 'author', description: '', permissions: ['flows:read'], isBuiltIn: false };
    const routes = {
      'GET /api/v1/roles': { body: { items: [role] } },
      'PUT /api/v1/roles/author': { body: role },
      'DELETE /api/v1/roles/author': { status: 204 },
    };
    const run = (...words: string[]) => runAgainst(['roles', ...words], { routes });
    expect((await run('list')).out).toBe('author\n  flows:read\n');
    const set = await run('set', 'author', '--permission', 'flows:read, flows:write');
    expect(body(set.requests[0])).toEqual({
      description: '',
      permissions: ['flows:read', 'flows:write'],
    });
    const wrong = await run('set', 'author', '--permission', 'flows:all');
    expect(wrong).toMatchObject({ exit: 2, requests: [] });
    expect(wrong.err).toContain('flows:execute');
    expect((await run('remove', 'author')).out).toBe('removed author\n');
  });
});
