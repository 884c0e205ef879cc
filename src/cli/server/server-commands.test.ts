import { describe, expect, it } from 'vitest';
import { AppError } from '../../errors/index.ts';
import { type FakeRemoteOptions, runAgainst } from '../fake-server.ts';
import type { Local, ServeRequest } from '../local.ts';

const ME = {
  id: 'key:admin-1',
  kind: 'operator',
  account: 'default',
  permissions: ['flows:read'],
};
const ROUTES = { 'GET /api/v1/me': { body: ME } };

describe('sluice login', () => {
  it('tries the key, keeps it with the address and shows it nowhere', async () => {
    const words = ['login', '--server', 'https://a.example/', '--key-stdin'];
    const { exit, out, err, saved, requests } = await runAgainst(words, {
      routes: ROUTES,
      keyFile: 'secret-key\n',
    });
    expect(exit).toBe(0);
    expect(requests[0]?.headers['x-api-key']).toBe('secret-key');
    expect(JSON.parse(saved.get('profile') ?? '')).toEqual({
      server: 'https://a.example',
      apiKey: 'secret-key',
    });
    expect(out).toContain('signed in to https://a.example as key:admin-1');
    expect(out + err).not.toContain('secret-key');
  });

  it('asks for the key on a terminal, and says what to do where there is none', async () => {
    const asked = await runAgainst(['login'], { routes: ROUTES, typedKey: 'secret-key' });
    expect(asked.exit).toBe(0);
    const none = await runAgainst(['login'], { routes: ROUTES });
    expect(none.exit).toBe(2);
    expect(none.err).toContain('sluice login --key-stdin < key.txt');
  });

  it('keeps nothing where the key is refused or nobody answers', async () => {
    const error = { code: 'UNAUTHENTICATED', message: 'no', remedy: 'r', requestId: 'x' };
    const refused = { 'GET /api/v1/me': { status: 401, body: { error } } };
    for (const routes of [refused, {}]) {
      const { exit, err, saved } = await runAgainst(['login'], { routes, typedKey: 'secret-key' });
      expect(exit).not.toBe(0);
      expect(saved.size).toBe(0);
      // Not the remedy of the API, which is about headers.
      if (routes === refused)
        expect(err).toContain('Give one of ADMIN_API_KEYS of the server, or a key');
    }
  });

  it('refuses a profile that others may read, and says how to close it', async () => {
    const profile = { path: '/p/profile.json', text: '{}', mode: 0o644 };
    const { exit, err } = await runAgainst(['flows', 'list'], { profile });
    expect(exit).toBe(2);
    expect(err).toContain('[PROFILE_INVALID]');
    expect(err).toContain('chmod 600 /p/profile.json');
  });
});

it('sluice logout removes the profile and says which', async () => {
  const profile = { path: '/p/profile.json', text: '{}', mode: 0o644 };
  expect((await runAgainst(['logout'], { profile })).out).toContain('removed /p/profile.json');
  expect((await runAgainst(['logout'])).out).toBe('there is no profile\n');
});

describe('sluice start and worker', () => {
  const SERVED = {
    address: 'http://127.0.0.1:8000',
    page: 'http://127.0.0.1:8000/api/v1/docs',
    data: './data',
    warnings: ['HOST is every network'],
  };

  function serve(words: readonly string[], act: Local['serve'], more: FakeRemoteOptions = {}) {
    return runAgainst(words, { ...more, local: { serve: act } });
  }

  it('prints one block when it serves and exits 0 when it was told to stop', async () => {
    const stop = new AbortController();
    const requests: ServeRequest[] = [];
    const { exit, out, err } = await serve(
      ['start', '--port', '0', '--host', '::1', '--data-dir', 'd'],
      async (request) => {
        requests.push(request);
        const ended = new Promise<void>((resolve) => {
          request.signal.addEventListener('abort', () => resolve(), { once: true });
        });
        queueMicrotask(() => stop.abort());
        return { ...SERVED, ended };
      },
      { signal: stop.signal },
    );
    expect(exit).toBe(0);
    expect(requests[0]).toMatchObject({
      kind: 'server',
      overrides: { port: 0, host: '::1', dataDir: 'd' },
    });
    expect(out).toContain('Sluice serves\n  address  http://127.0.0.1:8000\n');
    expect(out).toContain('/api/v1/docs');
    expect(out.endsWith('stopped\n')).toBe(true);
    expect(err).toContain('warning: HOST is every network');
    expect(err).toContain('Ctrl-C again ends at once');
  });

  it('G3.142 shows the password of the first admin once, and only where it was made', async () => {
    const first = async (firstAdmin: { username: string; password?: string }) =>
      serve(['start'], async () => ({ ...SERVED, firstAdmin, ended: Promise.resolve() }));
    const made = await first({ username: 'admin', password: 'MADE-1-password' });
    expect(made.out).toContain('First start\n  admin     admin\n  password  MADE-1-password\n');
    expect(made.out).toContain('shown this once');
    expect(made.out.split('MADE-1-password')).toHaveLength(2);
    expect(made.err).not.toContain('MADE-1-password');
    const later = await first({ username: 'admin' });
    expect(later.out).not.toContain('First start');
  });

  it('says where it is reached besides', async () => {
    const { out } = await serve(['start'], async () => ({
      ...SERVED,
      isEverywhere: true,
      ended: Promise.resolve(),
    }));
    expect(out).toContain('http://127.0.0.1:8000 and on every network of this machine\n');
  });

  it('exits 0 when it is stopped while it starts', async () => {
    const stop = new AbortController();
    const { exit, out } = await serve(
      ['worker'],
      async ({ signal }) => {
        stop.abort();
        signal.throwIfAborted();
        throw new Error('not reached');
      },
      { signal: stop.signal },
    );
    expect(exit).toBe(0);
    expect(out).toBe('');
  });

  it('tells why it cannot start, or why it ended', async () => {
    const taken = new AppError('PORT_TAKEN', { message: 'port 8000 is taken' });
    const refused = await serve(['start'], async () => {
      throw taken;
    });
    expect(refused.exit).toBe(2);
    expect(refused.err).toContain('port 8000 is taken [PORT_TAKEN]');
    const lost = new AppError('STORE_UNAVAILABLE', { message: 'the database is gone' });
    const ended = await serve(['start'], async () => ({
      ...SERVED,
      ended: Promise.reject(lost),
    }));
    expect(ended.exit).toBe(1);
    expect(ended.err).toContain('the database is gone [STORE_UNAVAILABLE]');
  });

  it.each(['-1', '65536', 'http', '80.5', ''])('refuses the port "%s"', async (port) => {
    const { exit, err } = await serve(['start', `--port=${port}`], async () => {
      throw new Error('must not start');
    });
    expect(exit).toBe(2);
    expect(err).toContain('--port');
  });
});

describe('a mistyped command', () => {
  it.each([
    [['flow'], 'flows'],
    [['flows', 'lst'], 'list'],
    [['executions', 'follw'], 'follow'],
    [['config', 'chek'], 'check'],
    [['flows', 'list', '--serach', 'x'], '--search'],
  ])('%j suggests %s', async (words, meant) => {
    const { exit, err, requests } = await runAgainst(words as string[]);
    expect(exit).toBe(2);
    expect(err).toContain(`Did you mean ${meant}?`);
    expect(requests).toEqual([]);
  });

  it('help is grouped, fits the screen and needs no server', async () => {
    const lines = [
      [],
      ['flows'],
      ['flows', 'run'],
      ['executions'],
      ['start'],
      ['login'],
      ['config'],
    ];
    for (const words of lines) {
      const { exit, out } = await runAgainst([...words, '--help']);
      expect(exit).toBe(0);
      expect(out).toContain('Usage: sluice');
      for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    }
    const { out } = await runAgainst(['--help']);
    for (const group of ['without a server:', 'Serve:', 'Work with a server:']) {
      expect(out).toContain(group);
    }
  });
});
