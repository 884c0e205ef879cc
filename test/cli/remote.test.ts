import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Remote } from '../../src/cli/index.ts';
import { AppError } from '../../src/errors/index.ts';
import { createRemote, withoutClientVariables } from '../../src/remote.ts';

/** What the commands against a server stand on: real files and real HTTP. */

let folder = '';
const servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remote-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

function remote(environment: Record<string, string> = {}, fetching = fetch): Remote {
  return createRemote({
    cwd: folder,
    environment,
    home: folder,
    fetch: fetching,
    processId: 1,
    readStandardInput: async () => new TextEncoder().encode('piped-key\n'),
    askKey: async () => undefined,
  });
}

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on an address and port has such an address.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function errorOf(act: Promise<unknown>): Promise<AppError> {
  const error = await act.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

describe('the profile', () => {
  it('is written whole and for its owner alone, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      const path = await remote().writeProfile('{"server": "x"}\n');
      expect(path).toBe(join(folder, '.config', 'sluice', 'profile.json'));
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
      expect(await remote().readProfile()).toEqual({
        path,
        text: '{"server": "x"}\n',
        mode: 0o600,
      });
    } finally {
      process.umask(before);
    }
  });

  it('closes a folder and replaces a file that others may use', async () => {
    const home = join(folder, 'xdg');
    mkdirSync(join(home, 'sluice'), { recursive: true, mode: 0o777 });
    const path = join(home, 'sluice', 'profile.json');
    writeFileSync(path, 'old', { mode: 0o666 });
    const other = remote({ XDG_CONFIG_HOME: home });
    expect(await other.writeProfile('new')).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'sluice')).mode & 0o777).toBe(0o700);
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  it('is not written through a link that somebody put there', async () => {
    const path = join(folder, '.config', 'sluice', 'profile.json');
    mkdirSync(join(path, '..'), { recursive: true });
    const elsewhere = join(folder, 'elsewhere');
    writeFileSync(elsewhere, 'kept');
    symlinkSync(elsewhere, path);
    symlinkSync(elsewhere, `${path}.1.new`);
    await remote().writeProfile('new');
    expect(readFileSync(elsewhere, 'utf8')).toBe('kept');
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  it('tells the mode of a file that others may read', async () => {
    const path = await remote().writeProfile('{}');
    chmodSync(path, 0o644);
    expect((await remote().readProfile())?.mode).toBe(0o644);
  });

  it('is absent where there is none, and is removed once', async () => {
    expect(await remote().readProfile()).toBeUndefined();
    expect(await remote().removeProfile()).toBeUndefined();
    const path = await remote().writeProfile('{}');
    expect(await remote().removeProfile()).toBe(path);
    expect(await remote().readProfile()).toBeUndefined();
  });

  it('is refused where it is a folder or too large', async () => {
    const path = join(folder, '.config', 'sluice', 'profile.json');
    mkdirSync(path, { recursive: true });
    expect((await errorOf(remote().readProfile())).code).toBe('PROFILE_INVALID');
    rmSync(path, { recursive: true });
    writeFileSync(path, 'x'.repeat(100_000));
    expect((await errorOf(remote().readProfile())).message).toContain('is too large');
  });

  it('says so where its folder cannot be made', async () => {
    writeFileSync(join(folder, '.config'), 'a file');
    expect((await errorOf(remote().writeProfile('{}'))).code).toBe('PROFILE_INVALID');
    expect(await remote().readProfile()).toBeUndefined();
  });
});

describe('what the working folder says of its server', () => {
  it('is its address and its first key', () => {
    const keys = `${'a'.repeat(40)},${'b'.repeat(40)}`;
    writeFileSync(join(folder, '.env'), `HOST=0.0.0.0\nPORT=9123\nADMIN_API_KEYS=${keys}\n`);
    expect(remote().serverHere()).toEqual({
      host: '0.0.0.0',
      port: 9123,
      apiKey: 'a'.repeat(40),
    });
  });

  it('is not disturbed by the variables of the commands', () => {
    const environment = { SLUICE_SERVER: 'https://a.example', SLUICE_API_KEY: 'k', PORT: '9001' };
    expect(remote(environment).serverHere().port).toBe(9001);
    expect(remote(environment).environment).toEqual({ server: 'https://a.example', apiKey: 'k' });
    expect(withoutClientVariables(environment)).toEqual({ PORT: '9001' });
    expect(remote({ SLUICE_SERVER: ' ' }).environment).toEqual({});
  });
});

describe('files', () => {
  it('are not overwritten unless that is wanted', async () => {
    const path = join(folder, 'flow.yaml');
    await remote().saveFile(path, 'one', { overwrite: false });
    const error = await errorOf(remote().saveFile(path, 'two', { overwrite: false }));
    expect(error.code).toBe('FILE_EXISTS');
    expect(readFileSync(path, 'utf8')).toBe('one');
    await remote().saveFile(path, 'two', { overwrite: true });
    expect(readFileSync(path, 'utf8')).toBe('two');
    const nowhere = join(folder, 'no', 'where');
    const lost = await errorOf(remote().saveFile(nowhere, 'x', { overwrite: false }));
    expect(lost.code).toBe('FILE_NOT_WRITTEN');
  });

  it('give a key, and so does standard input', async () => {
    const path = join(folder, 'key');
    writeFileSync(path, 'secret-key\n');
    expect(await remote().readKeyFile(path)).toBe('secret-key\n');
    expect(await remote().readKeyFile('-')).toBe('piped-key\n');
    expect((await errorOf(remote().readKeyFile(join(folder, 'none')))).code).toBe('FILE_NOT_FOUND');
    expect((await errorOf(remote().readKeyFile(folder))).code).toBe('FILE_NOT_FOUND');
  });
});

describe('the connection', () => {
  const me = { id: 'key:admin-1', kind: 'operator', account: 'default', permissions: [] };

  it('sends the key to the server it was made for', async () => {
    let key: string | undefined;
    const baseUrl = await listen((request, response) => {
      key = String(request.headers['x-api-key']);
      response.setHeader('content-type', 'application/json').end(JSON.stringify(me));
    });
    const client = await remote().openClient({ baseUrl, apiKey: 'secret-key' });
    expect(await client.whoAmI()).toEqual(me);
    expect(key).toBe('secret-key');
  });

  it('follows no redirect, so that the key goes nowhere else', async () => {
    let visits = 0;
    const elsewhere = await listen((_request, response) => {
      visits += 1;
      response.end(JSON.stringify(me));
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const baseUrl = await listen((_request, response) => {
        response.writeHead(status, { location: `${elsewhere}/api/v1/me` }).end();
      });
      const client = await remote().openClient({ baseUrl, apiKey: 'secret-key' });
      expect((await errorOf(client.whoAmI())).code).toBe('SERVER_ANSWER');
    }
    expect(visits).toBe(0);
  });

  it('repeats nothing of the page of a proxy', async () => {
    const baseUrl = await listen((_request, response) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
    });
    const client = await remote().openClient({ baseUrl, apiKey: 'secret-key' });
    const error = await errorOf(client.whoAmI());
    expect(error.code).toBe('SERVER_ANSWER');
    expect(error.message).toContain('502');
    expect(`${error.message}${error.remedy}`).not.toContain('gateway</h1>');
  });

  it('ends an answer that never ends', async () => {
    let isCut = false;
    const baseUrl = await listen((_request, response) => {
      response.on('close', () => {
        isCut = true;
      });
      const piece = 'x'.repeat(4 * 1024 * 1024);
      const send = () => {
        if (isCut) return;
        if (response.write(piece)) setImmediate(send);
        else response.once('drain', send);
      };
      send();
    });
    const client = await remote().openClient({ baseUrl, apiKey: 'secret-key' });
    const error = await errorOf(client.whoAmI());
    expect(error.code).toBe('SERVER_ANSWER');
    expect(error.message).toContain('longer than');
  });

  it('says so where nobody listens', async () => {
    const baseUrl = await listen(() => undefined);
    const [server] = servers.splice(0);
    await new Promise((resolve) => server?.close(resolve));
    const client = await remote().openClient({ baseUrl, apiKey: 'secret-key' });
    const error = await errorOf(client.whoAmI());
    expect(error.code).toBe('SERVER_UNREACHABLE');
    expect(error.message).toContain(baseUrl);
    expect(error.message).not.toContain('secret-key');
  });
});
